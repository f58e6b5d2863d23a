/** Where the runner, the commands and the configuration look for it; the checkers need it too, and they know the core alone. */
export { lookUp, nearest } from "../core/names.js";
