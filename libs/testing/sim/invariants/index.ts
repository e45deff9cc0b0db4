import { acknowledged } from './acknowledged'
import { capacity } from './capacity'
import { colocation } from './colocation'
import { oneContainer, runsOnce } from './containers'
import { crons, onTime, runsApart } from './crons'
import { epochs } from './epochs'
import { folds } from './folds'
import { health } from './health'
import { held } from './held'
import { hooks } from './hooks'
import { intake } from './intake'
import type { Invariant, LogInvariant } from './invariant'
import { lifecycle } from './lifecycle'
import { owners } from './owners'
import { preemption } from './preemption'
import { recomputed } from './recomputed'
import { reserve } from './reserve'
import { rules } from './rules'
import { silence } from './silence'
import { turns } from './turns'
import { updates } from './updates'
import { volumes } from './volumes'

/** All of them. A new one is a file and a line here. */
export const INVARIANTS: readonly Invariant[] = [
  owners,
  epochs,
  lifecycle,
  acknowledged,
  capacity,
  volumes,
  rules,
  colocation,
  oneContainer,
  runsOnce,
  hooks,
  health,
  updates,
  crons,
  onTime,
  runsApart,
  intake,
  turns,
  preemption,
  silence,
  recomputed,
  held,
  reserve,
  folds,
]

/** Those that need nothing but the log. */
export const LOG_INVARIANTS: readonly LogInvariant[] = [
  owners,
  epochs,
  capacity,
  volumes,
  rules,
  colocation,
  updates,
  turns,
  crons,
]
