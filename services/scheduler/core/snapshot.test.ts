import { test } from 'uvu'
import { decidesAlike } from '../../../libs/testing/restored'
import { schedulerCore } from './index'

test('a scheduler that starts from a snapshot decides as one that has folded everything', () =>
  decidesAlike(schedulerCore()))

test.run()
