import { MAX_PROBES, MAX_WORDS } from '../limits'
import type { HealthSpec, HttpProbe, TcpProbe } from '../model'
import { flag, integer, list, optional, processText, record, required, struct } from '../shapes'
import { HEADER_NAME, headerShape, pathShape, portNameShape, schemeShape, statusShape } from '../words'
import { count } from './count'

const times = integer({ min: 1, max: MAX_PROBES })

const http = struct<HttpProbe>('an HTTP probe', {
  scheme: optional(schemeShape),
  path: required(pathShape),
  port: optional(portNameShape),
  status: optional(statusShape),
  headers: required(record('a map of texts', HEADER_NAME, headerShape)),
})

export const health = struct<HealthSpec>('a health check', {
  http: optional(http),
  tcp: optional(struct<TcpProbe>('a TCP probe', { port: optional(portNameShape) })),
  command: optional(list('a list of texts', processText, { min: 1, max: MAX_WORDS })),
  disable: optional(flag),
  intervalMs: required(count),
  timeoutMs: required(count),
  retries: required(times),
  startPeriodMs: required(count),
  successThreshold: required(times),
})
