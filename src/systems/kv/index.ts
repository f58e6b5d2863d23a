/** The bundled systems, for the registry. */
import type { SystemDefinition } from "../../core/system.js";
import { kvAsyncDefinition } from "./kv-async.js";

export const kvDefinitions: readonly SystemDefinition[] = [kvAsyncDefinition];
