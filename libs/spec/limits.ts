/** Replicas of one task. */
export const MAX_REPLICAS = 100_000

/** Tasks of one job. */
export const MAX_TASKS = 100

/** Ports of one task. */
export const MAX_PORTS = 100

/** Hooks of one task before its start, and likewise after its end. */
export const MAX_HOOKS = 10

/** The most that a job may be preferred. */
export const MAX_PRIORITY = 100

/** Constraints of one task, and likewise of what else says where it goes. */
export const MAX_RULES = 50

/** Words of a command or its arguments. */
export const MAX_WORDS = 1000

/** Restarts in a row that a file may ask for; more is `unlimited`. */
export const MAX_ATTEMPTS = 1_000_000

/** Probes that must fail, or succeed, in a row. */
export const MAX_PROBES = 1_000

/** Instances of a task in one run of a cron job. */
export const MAX_RUN_REPLICAS = 1_000

/** Runs of a cron job that are under way at once; past them none begins. */
export const MAX_RUNS = 100

/** Ended runs of a cron job that are remembered. */
export const MAX_KEPT_RUNS = 100

/** Parameters of a cron job. */
export const MAX_PARAMS = 100

/** Ten days: a longer wait in a restart or stop policy is a slip. */
export const MAX_DELAY_MS = 10 * 86_400_000

/** A worker is suspected after six seconds of silence: to give it up much sooner would be a guess. */
export const MIN_LOST_AFTER_MS = 10_000

/** Bytes of a job file. */
export const MAX_FILE_BYTES = 2 ** 20

/** Bytes of a job as JSON in the log, well under the broker's default limit of 1 MiB a message. */
export const MAX_SPEC_BYTES = 2 ** 19

/** Nesting of maps and lists in a job file. */
export const MAX_DEPTH = 64

/** Values in a job file once its aliases are expanded. */
export const MAX_NODES = 100_000

/** Problems reported at once. */
export const MAX_PROBLEMS = 100
