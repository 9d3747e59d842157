import { expect, test } from 'vitest'
import { DETECTION_LIFECYCLE, entered } from '../../gateway/violations/detection.ts'
import { DETECTION_STATES } from '../../gateway/violations/event.ts'

test('[R74] what the box sees goes only where the table says; the docket asserts it', () => {
  for (const from of DETECTION_STATES) {
    for (const to of DETECTION_STATES) {
      const legal = from === to || DETECTION_LIFECYCLE[from].includes(to)
      const enter = () => entered(from, to)
      if (legal) expect(enter()).toBe(to)
      else expect(enter, `${from} → ${to}`).toThrow(`an act goes from ${from} to ${to}`)
    }
  }
})

test('a confirmed act is never taken back to nothing, and what is over stays over', () => {
  const ahead = new Set(['ACTIVE'])
  for (const from of ahead) for (const to of DETECTION_LIFECYCLE[from as 'ACTIVE']) ahead.add(to)
  expect([...ahead].sort()).toEqual(['ACTIVE', 'CLEARED', 'CLEARING', 'LOST', 'SUPPRESSED'])
  expect([DETECTION_LIFECYCLE.CLEARED, DETECTION_LIFECYCLE.SUPPRESSED]).toEqual([[], []])
})
