/** The ops in view as rows: for screen readers, and for people who would rather read. */
import { useEffect, useState } from "preact/hooks";
import { duration, moment } from "../format.js";
import { answerAt, callAt, endingAt, type Model, wordAt } from "./model.js";
import type { Range } from "./range.js";
import type { Store } from "./store.js";

interface Props {
  readonly model: Model;
  readonly mask: Uint8Array;
  readonly range: Store<Range>;
  onSelect(row: number): void;
}

const MAX_ROWS = 200;
/** While one drags, the table waits. */
const SETTLE_MS = 150;

export function OpTable({ model, mask, range, onSelect }: Props) {
  const [open, setOpen] = useState(false);
  const seen = useSettled(range);
  const rows = open ? rowsIn(model, mask, seen) : [];
  return (
    <details class="op-table" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Ops in view as a table</summary>
      {open && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        <section class="scroll" tabIndex={0} aria-label="Ops in view">
          <table>
            <thead>
              <tr>
                <th scope="col">Invoked</th>
                <th scope="col">Took</th>
                <th scope="col">Process</th>
                <th scope="col">Node</th>
                <th scope="col">Op</th>
                <th scope="col">Ending</th>
                <th scope="col">Error</th>
              </tr>
            </thead>
            <tbody>
              {rows.slice(0, MAX_ROWS).map((row) => (
                <tr key={row}>
                  <td class="num">
                    <button type="button" class="link" onClick={() => onSelect(row)}>
                      {moment((model.start[row] as number) * 1000)}
                    </button>
                  </td>
                  <td class="num">
                    {(model.data.ops.tookUs[row] as number) < 0
                      ? "–"
                      : duration((model.data.ops.tookUs[row] as number) * 1000)}
                  </td>
                  <td class="num">{model.process[row]}</td>
                  <td>{wordAt(model, "node", row) ?? "–"}</td>
                  <td>
                    <code>
                      {callAt(model, row)} {answerAt(model, row)}
                    </code>
                  </td>
                  <td>{endingAt(model, row)}</td>
                  <td>{wordAt(model, "error", row) ?? ""}</td>
                </tr>
              ))}
            </tbody>
          </table>
          {rows.length > MAX_ROWS && <p class="more">Only the first {MAX_ROWS} are listed: zoom in or filter.</p>}
        </section>
      )}
    </details>
  );
}

/** Rows that begin in the range, one more than is listed at most. */
function rowsIn(model: Model, mask: Uint8Array, range: Range): readonly number[] {
  const rows: number[] = [];
  for (let row = 0; row < model.count && rows.length <= MAX_ROWS; row++) {
    if (mask[row] === 1 && (model.end[row] as number) >= range.from && (model.start[row] as number) <= range.to)
      rows.push(row);
  }
  return rows;
}

function useSettled(range: Store<Range>): Range {
  const [seen, setSeen] = useState(range.get());
  useEffect(() => {
    let timer = 0;
    const stop = range.listen((next) => {
      clearTimeout(timer);
      timer = window.setTimeout(() => setSeen(next), SETTLE_MS);
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [range]);
  return seen;
}
