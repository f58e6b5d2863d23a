/** Before any test: dist/ is current, since tests of the command line and of containers use what the build makes. */
import { ensureBuilt } from "./build.mjs";

export default async function setup() {
  await ensureBuilt();
}
