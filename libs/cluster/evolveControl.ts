import type { EventOf } from '#libs/events'
import { ignoreStray } from './ignore'
import type { Changes } from './model/changes'
import { type Cluster, type LedRole, MAX_SERVICES } from './model/cluster'
import { lift, record } from './quarantine'

type ControlEvent = EventOf<
  | 'LeaderElected'
  | 'ManagerRegistered'
  | 'SchedulerRegistered'
  | 'PolicySet'
  | 'EventQuarantined'
  | 'QuarantineLifted'
  | 'RebalanceRequested'
  | 'RebalanceEnded'
>

/** Folds what the services say of themselves. An election with an epoch that is not newer changes nothing. */
export const evolveControl = (
  cluster: Cluster,
  seq: number,
  event: ControlEvent,
  fresh: boolean,
  changes: Changes,
): void => {
  switch (event.type) {
    case 'LeaderElected': {
      const { role, holder, epoch } = event.data
      if (role === 'worker') return ignoreStray(cluster, seq, event) // workers share no lease
      const leader = cluster.leaders[role]
      leader.seq = seq
      if (epoch <= leader.epoch) {
        cluster.ignored.stale += 1
        return
      }
      leader.holder = holder
      leader.epoch = epoch
      return
    }
    case 'ManagerRegistered':
      return register(cluster, 'manager', seq, event.data)
    case 'SchedulerRegistered':
      return register(cluster, 'scheduler', seq, event.data)
    case 'PolicySet':
      cluster.leaders.scheduler.seq = seq
      cluster.scheduling.policy = event.data.policy
      cluster.scheduling.seed = event.data.seed
      cluster.scheduling.preemption = event.data.preemption ?? cluster.scheduling.preemption
      return
    case 'EventQuarantined':
      cluster.leaders.manager.seq = seq
      return fresh ? record(cluster, event) : undefined
    case 'QuarantineLifted':
      cluster.leaders.manager.seq = seq
      return lift(cluster, event, changes)
    case 'RebalanceRequested':
      cluster.leaders.manager.seq = seq
      cluster.rebalance = { seq, moves: event.data.moves }
      return
    case 'RebalanceEnded':
      cluster.leaders.manager.seq = seq
      if (fresh && cluster.rebalance?.seq === event.data.request) cluster.rebalance = null
      return
  }
}

const register = (cluster: Cluster, role: LedRole, seq: number, data: { name: string; version: string }): void => {
  cluster.leaders[role].seq = seq
  const { services } = cluster
  const key = `${role}/${data.name}`
  services.delete(key) // it comes last
  services.set(key, { role, name: data.name, version: data.version, seq })
  const [oldest] = services.keys()
  if (services.size > MAX_SERVICES && oldest !== undefined) services.delete(oldest)
}
