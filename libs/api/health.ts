import { hostname } from 'node:os'
import * as E from 'fp-ts/Either'
import type { Endpoint } from '#libs/log'
import { endpoint } from './endpoint'
import type { HealthReply } from './replies'

/** What a service says of itself; who it is as a process, and what its clock shows, is added. */
export type Health = Omit<HealthReply, 'host' | 'pid' | 'time'>

/** Answers, beside every other service, how it is: managers, schedulers and workers alike. */
export const healthEndpoint = (prefix: string, health: () => Health): Endpoint =>
  endpoint({ prefix, verb: 'health' }, async () =>
    E.right({ ...health(), host: hostname(), pid: process.pid, time: Date.now() }),
  )
