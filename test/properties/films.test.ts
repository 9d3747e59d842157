/**
 * Random streets: acts before cameras, films of officers who walk, dispatches. Whatever comes in whatever order, nothing
 * is linked that shares no time, and the same is linked in the end.
 */
import { expect, test } from 'vitest'
import type { BodyCamRecording } from '../../devices/bodycam/recording.ts'
import { marginMs } from '../../gateway/alerts/film-score.ts'
import { isoTime } from '../../gateway/kit/clock.ts'
import { seededRandom } from '../../gateway/kit/random.ts'
import { filmOf, NOTHING_BESIDE } from '../../gateway/recording-films.ts'
import type { ViolationEvent } from '../../gateway/violations/event.ts'
import { act, camera, setUpOffice } from '../stages/office-fixture.ts'
import { SAMPLE_WALL_MS } from '../stages/sample-event.ts'

const CAMERAS = 4
const HOURS = 2
const PLATFORM = { id: 'p-9', roles: ['person', 'platform', 'box'] } as const
const east = (metres: number) => ({ lon: 121.48 + metres / (111_320 * 0.855), lat: 31.236 })

interface Story {
  readonly acts: readonly ViolationEvent[]
  readonly films: readonly BodyCamRecording[]
  /** Act, and who was sent. */
  readonly sent: readonly (readonly [at: number, officer: string])[]
}

function storyOf(seed: number): Story {
  const random = seededRandom(seed)
  const below = (count: number) => Math.floor(random() * count)
  const acts = Array.from({ length: 3 + below(4) }, (_, n) => {
    const from = random() * 60 * HOURS
    return act(`a${n}`, from, from + 1 + random() * 30, {
      cameraId: `cam-${1 + below(CAMERAS)}`,
      ruleId: RULES[n % 3]!,
    })
  })
  const films = Array.from({ length: 2 + below(4) }, (_, n) => {
    const fromMs = SAMPLE_WALL_MS + random() * 3_600_000 * HOURS
    const place = random() < 0.8 ? { place: east(below(CAMERAS) * 50 + random() * 25) } : {}
    return {
      ...{ recordingId: `r-${n}`, status: 'ACCEPTED', deviceSerial: `DSJ-${n}`, personId: `p-${below(3)}` },
      ...{
        startAt: isoTime(fromMs),
        endAt: isoTime(fromMs + 10_000 + random() * 1_200_000),
        coPresentOfficerIds: [],
      },
      deviceClockOffsetMs: random() < 0.7 ? Math.round((random() - 0.5) * 20_000) : null,
      ...{ evidenceCap: 'LEAD', capReasons: [], linkedEventIds: [], ...place },
    } as unknown as BodyCamRecording
  })
  const sent = acts.flatMap((_, at) => (random() < 0.5 ? [[at, `p-${below(3)}`] as const] : []))
  return { acts, films, sent }
}

const RULES = ['street-vending', 'piling', 'road-occupation'] as const

/** Everything happens, in an order of its own; dispatches after their act, at one time of day. */
function play({ acts, films, sent }: Story, orderSeed: number) {
  const cameras = Array.from({ length: CAMERAS }, (_, n) => camera(`cam-${n + 1}`, east(n * 50)))
  const { desk, office, accept, time } = setUpOffice({ options: { cameras } })
  time.nowMs = SAMPLE_WALL_MS + 3_600_000 * (HOURS + 1)
  const random = seededRandom(orderSeed)
  const steps = [
    ...films.map((film) => () => accept(film)),
    ...acts.map((event) => () => void desk.raise(event)),
  ]
  for (let at = steps.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1))
    ;[steps[at], steps[other]] = [steps[other]!, steps[at]!]
  }
  for (const step of steps) {
    step()
    if (random() < 0.5) office.films.work()
  }
  for (const [at, officers] of sent) {
    const { eventId } = acts[at]!
    if (desk.get(eventId)!.state === 'PENDING_REVIEW')
      desk.transition({ eventId, to: 'VERIFIED', actor: PLATFORM })
    desk.transition({ eventId, to: 'DISPATCHED', actor: PLATFORM, details: { unitId: 'u', officers } })
  }
  office.films.work()
  const links = films.flatMap(({ recordingId }) => office.films.links.nowOfRecording(recordingId))
  return { links: links.filter(({ state }) => state !== 'DROPPED'), options: office.films }
}

test('[R61] without shared time nothing is linked or suggested; the order of arrival makes no difference', () => {
  let linked = 0
  for (let seed = 1; seed <= 40; seed++) {
    const story = storyOf(seed)
    const { links } = play(story, 1000 + seed)
    const told = (one: ReturnType<typeof play>['links']) =>
      one
        .map(({ recordingId, eventId, state, score }) => `${recordingId} ${eventId} ${state} ${score}`)
        .sort()
    expect([seed, told(play(story, 2000 + seed).links)]).toEqual([seed, told(links)])
    for (const { recordingId, eventId, state } of links) {
      const film = filmOf(story.films.find((one) => one.recordingId === recordingId)!, NOTHING_BESIDE)!
      const event = story.acts.find((one) => one.eventId === eventId)!
      const margin = marginMs(film, { clockUnsureSec: 120 } as never)
      const isApart =
        Date.parse(event.endedAt!) < film.fromMs - margin || Date.parse(event.startedAt) > film.toMs + margin
      expect([seed, recordingId, eventId, isApart]).toEqual([seed, recordingId, eventId, false])
      if (state === 'LINKED') linked++
    }
  }
  expect(linked, 'links to speak of').toBeGreaterThan(10)
})
