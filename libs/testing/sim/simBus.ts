import * as E from 'fp-ts/Either'
import { orkError } from '#libs/kernel'
import type { Bus, BusError, Endpoint } from '#libs/log'
import type { Link } from './link'
import type { Servers } from './servers'

/** The servers themselves never give up on a question; who asks does. */
const FOR_EVER_MS = 24 * 3_600_000

/** The bus as one process has it: messages take their time, and some are lost. */
export const simBus = (servers: Servers, link: Link): Bus => {
  const { random, weather, process } = link
  const isLost = (): boolean => random.chance(weather.lostMessages)

  const request: Bus['request'] = (subject, payload, timeoutMs) =>
    new Promise((resolve) => {
      const cancel = process.machine.after(timeoutMs, () => resolve(E.left(timedOut(subject))))
      if (isLost()) return
      link.send(() => {
        void servers.bus.request(subject, payload, FOR_EVER_MS).then((answer) => {
          link.deliver(() => {
            cancel()
            resolve(answer)
          })
        })
      })
    })

  /** The question on its way to whoever serves, and the answer on its way back. */
  const far = (handle: Endpoint['handle']): Endpoint['handle'] => {
    return (payload, signal) =>
      new Promise((resolve, reject) => {
        if (isLost()) return
        link.deliver(() => {
          const result = handle(payload, signal)
          if (Symbol.asyncIterator in result) {
            resolve(E.left(orkError('Simulated', 'the simulator asks for no answers in parts')))
          } else {
            result.then(
              (answer) => link.send(() => resolve(answer)),
              (cause: unknown) => link.send(() => reject(cause)),
            )
          }
        })
      })
  }

  const serve: Bus['serve'] = async (service) => {
    const endpoints = service.endpoints.map((endpoint) => ({ ...endpoint, handle: far(endpoint.handle) }))
    let offered: { stop(): Promise<void> } | null = null
    let stopped = false
    const withdraw = (): void => {
      void offered?.stop()
      offered = null
    }
    const offer = (): void => {
      void servers.bus.serve({ ...service, endpoints }).then((made) => {
        offered = made
        if (stopped || !process.isAlive) withdraw()
      })
    }
    // The servers forget what a lost connection had to offer, and are told again when it is back.
    link.onServersStatus((connected) => {
      withdraw()
      if (connected && !stopped) offer()
    })
    process.onEnd(withdraw)
    offer()
    return {
      stop: async () => {
        stopped = true
        withdraw()
      },
    }
  }

  return {
    ...servers.bus,
    publish: (subject, payload) => {
      if (!isLost()) link.send(() => servers.bus.publish(subject, payload))
    },
    subscribe: (subject, onMessage) => {
      const listening = servers.bus.subscribe(subject, (payload) => {
        if (!isLost()) link.deliver(() => onMessage(payload))
      })
      process.onEnd(() => listening.stop())
      return listening
    },
    request,
    serve,
  }
}

const timedOut = (subject: string): BusError => ({
  tag: 'TimedOut',
  what: 'no answer came in time',
  where: subject,
})
