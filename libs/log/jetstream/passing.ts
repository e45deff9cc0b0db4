/** JetStream error codes that say "not now": no leader, a server going or coming, too much at once. */
const PASSING = new Set([10008, 10009, 10013, 10076, 10118, 10158, 10167, 10189])

export const isPassingCode = (errCode: number): boolean => PASSING.has(errCode)
