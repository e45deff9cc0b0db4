import type { Cluster, Core, LedRole } from '#libs/cluster'
import type { Driver } from '#libs/drivers'
import type { Role } from '#libs/events'
import type { Log } from '#libs/log'
import type { Machine } from '#libs/runtime'

/** What is put between a service and what it is given, to plant a bug there. Absent: as it is. */
export interface Plant {
  readonly log?: (log: Log, role: Role) => Log
  readonly machine?: (machine: Machine, role: Role) => Machine
  readonly driver?: (driver: Driver) => Driver
  readonly core?: <View extends { readonly cluster: Cluster }>(core: Core<View>, role: LedRole) => Core<View>
}
