/** The Docker runtime, as the runner and the commands see it. */
export { realClock } from "./clock.js";
export { type DockerCluster, REQUEST_PORT } from "./cluster.js";
export { type Finding, inspectDocker } from "./doctor.js";
export { connectDocker, type DockerEngine } from "./engine.js";
export { LAG_BOUND_MS, type LagMeter, type LagReport, type Stall, startLagMeter } from "./lag.js";
export { type StartOptions, startDockerCluster } from "./start.js";
export { type Removed, removeRun, type SparedRun, type SweepMode, sweep } from "./sweep.js";
