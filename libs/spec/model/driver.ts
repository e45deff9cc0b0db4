import * as t from 'io-ts'

/** The engines that can run a container. */
export const DriverNameCodec = t.keyof({ docker: null, process: null, simulated: null }, 'DriverName')
export type DriverName = t.TypeOf<typeof DriverNameCodec>
