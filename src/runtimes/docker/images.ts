/** Images: built on first use from docker/, named by the hash of what they are built from, so that a change builds anew. */
import { basename, isAbsolute } from "node:path";
import { EnvironmentError, messageOf } from "../../core/errors.js";
import type { Progress } from "../../core/runtime.js";
import { type ContextFile, contextOf, hashOf, isBundled, ownContextOf, tarOf } from "./context.js";
import { abortable, type DockerEngine, statusOf } from "./engine.js";

/** A build or pull that says nothing for this long is given up. Fetching packages over a slow line says something. */
const SILENCE_MS = 300_000;

/** Marks every image that cap-test built. */
export const IMAGE_LABEL = "cap-test.image";

export interface ImageOptions {
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** The folder that holds docker/: the package's own, unless a test brings another one. */
  readonly root?: string;
}

/** One build per image and process: two clusters that start at once wait for the same one. */
const underWay = new Map<string, Promise<string>>();

/**
 * The image that a system names: a folder under docker/, a folder of the user's own (an absolute path), or any image.
 * @throws EnvironmentError where it cannot be built or pulled.
 */
export async function ensureNamedImage(engine: DockerEngine, name: string, options: ImageOptions): Promise<string> {
  if (isBundled(name, options.root)) return ensureImage(engine, name, options);
  if (isAbsolute(name)) {
    const word =
      basename(name)
        .toLowerCase()
        .replaceAll(/[^a-z0-9]+/g, "-")
        .replaceAll(/^-|-$/g, "") || "image";
    return buildOnce(engine, `own-${word}`, await ownContextOf(name), options);
  }
  return ensureForeignImage(engine, name, options);
}

/**
 * The tag of the image of docker/NAME, built first where the engine lacks it.
 * Throws EnvironmentError with the end of the build's output when it cannot be built.
 */
export async function ensureImage(engine: DockerEngine, name: string, options: ImageOptions): Promise<string> {
  return buildOnce(engine, name, await contextOf(name, options.root), options);
}

async function buildOnce(
  engine: DockerEngine,
  name: string,
  files: readonly ContextFile[],
  options: ImageOptions,
): Promise<string> {
  const tag = `cap-test/${name}:${hashOf(files)}`;
  const running = underWay.get(tag);
  if (running !== undefined) return running;
  const work = (async () => {
    if (await hasImage(engine, tag)) return tag;
    options.progress(`building image ${name} (once; later runs use it again)`);
    const controller = linked(options.signal);
    const stream = await engine.call(`build image ${name}`, () =>
      engine.docker.buildImage(tarOf(files), {
        t: tag,
        version: "1",
        forcerm: true,
        labels: { [IMAGE_LABEL]: name },
        buildargs: proxyArgs(process.env),
        abortSignal: controller.signal,
      }),
    );
    await follow(stream, `build image ${name}`, name, options, controller);
    if (!(await hasImage(engine, tag))) throw new EnvironmentError(`image ${name} was built, but ${tag} is not there.`);
    return tag;
  })().finally(() => underWay.delete(tag));
  underWay.set(tag, work);
  return work;
}

/** Any image by its name (`--image`): pulled where the engine lacks it. */
export async function ensureForeignImage(engine: DockerEngine, image: string, options: ImageOptions): Promise<string> {
  if (!/^[a-z0-9][\w./:@-]*$/i.test(image)) throw new EnvironmentError(`"${image}" is not the name of an image.`);
  if (await hasImage(engine, image)) return image;
  options.progress(`pulling image ${image}`);
  // Without a tag the engine would pull every tag there is.
  const named = /(:[^/]+|@.+)$/.test(image) ? image : `${image}:latest`;
  const controller = linked(options.signal);
  const stream = await engine.call(
    `pull image ${image}`,
    () => engine.docker.pull(named, { abortSignal: controller.signal }),
    120_000,
  );
  await follow(stream, `pull image ${image}`, image, options, controller);
  return image;
}

/** Is the image there? */
export async function hasImage(engine: DockerEngine, tag: string): Promise<boolean> {
  try {
    await engine.call(`look at image ${tag}`, (abortSignal) => {
      const image = engine.docker.getImage(tag);
      return abortable(image.inspect.bind(image))({ abortSignal });
    });
    return true;
  } catch (error) {
    if (statusOf(error) === 404) return false;
    throw error;
  }
}

/** Proxies of the environment, for package downloads during builds; predefined arguments, so Dockerfiles need no line. */
export function proxyArgs(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const args: Record<string, string> = {};
  for (const name of ["http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"]) {
    const value = env[name];
    if (value !== undefined && value !== "") args[name] = value;
  }
  return args;
}

function linked(signal: AbortSignal): AbortController {
  const controller = new AbortController();
  if (signal.aborted) controller.abort(signal.reason);
  else signal.addEventListener("abort", () => controller.abort(signal.reason), { once: true });
  return controller;
}

/** One line of a build's or a pull's progress stream. */
interface ProgressEvent {
  readonly stream?: string;
  readonly status?: string;
  readonly error?: string;
}

/** Reads a progress stream to its end; tells each build step. Rejects with the tail of the output when the engine says so. */
async function follow(
  stream: NodeJS.ReadableStream,
  what: string,
  name: string,
  options: ImageOptions,
  controller: AbortController,
): Promise<void> {
  const tail: string[] = [];
  let rest = "";
  let silence: NodeJS.Timeout | undefined;
  const heard = (): void => {
    clearTimeout(silence);
    silence = setTimeout(() => controller.abort(new Error(`no output for ${SILENCE_MS / 1000} s`)), SILENCE_MS);
  };
  const fail = (reason: string): EnvironmentError =>
    new EnvironmentError(
      `Docker could not ${what}: ${reason.trim()}${tail.length === 0 ? "" : `\n  ${tail.join("\n  ")}`}\n` +
        "Check that the engine reaches the package archive or image registry, then try again.",
    );
  try {
    heard();
    for await (const chunk of stream) {
      heard();
      const lines = (rest + chunk.toString()).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        const event = eventOf(line);
        const text = (event.stream ?? event.status ?? "").trim();
        if (/^Step \d+\/\d+/.test(text)) options.progress(`image ${name}: ${text.toLowerCase().slice(0, 100)}`);
        if (text !== "" && tail.push(text) > 12) tail.shift();
        if (event.error !== undefined) throw fail(event.error);
      }
    }
  } catch (error) {
    options.signal.throwIfAborted();
    if (error instanceof EnvironmentError) throw error;
    throw fail(controller.signal.aborted ? messageOf(controller.signal.reason) : messageOf(error));
  } finally {
    clearTimeout(silence);
  }
}

function eventOf(line: string): ProgressEvent {
  if (line.trim() === "") return {};
  try {
    return JSON.parse(line) as ProgressEvent;
  } catch {
    return { stream: line };
  }
}
