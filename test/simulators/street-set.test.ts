/** The test street: fixed lists, the same scene for the same name, truth that agrees with what is drawn. */
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { loadConfig } from '../../config/loader.ts'
import { contains } from '../../gateway/kit/geometry.ts'
import { CONDITION_NAMES } from '../../simulators/street/conditions.ts'
import { filmSet } from '../../simulators/street/film-set.ts'
import { judgedBy } from '../../simulators/street/judged.ts'
import { Stage } from '../../simulators/street/stage.ts'
import {
  SET_NAMES,
  STORY_NAMES,
  scenesOf,
  streetScene,
  tellScene,
} from '../../simulators/street/test-street.ts'
import { polygonOf } from '../../simulators/street/truth.ts'

const folder = mkdtempSync(join(tmpdir(), 'lushao-street-set-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const SMALL = { width: 160, height: 90 }

test('the test set has 220 scenes over every story and condition; no seed is in two sets', () => {
  const set = scenesOf('test')
  expect(set).toHaveLength(220)
  expect(set.map(({ seed }) => seed)).toEqual(Array.from({ length: 220 }, (_, i) => 3000 + i))
  expect(new Set(set.map(({ story }) => story))).toEqual(new Set(STORY_NAMES))
  expect(new Set(set.map(({ condition }) => condition))).toEqual(new Set(CONDITION_NAMES))
  expect(set[0]!.name).toBe(`${set[0]!.story}-${set[0]!.condition}-3000`)

  const seeds = SET_NAMES.flatMap((name) => scenesOf(name).map(({ seed }) => seed))
  expect(new Set(seeds).size).toBe(seeds.length)
  // Between 1000 and 2199 lie the seeds that networks are trained on.
  expect(seeds.filter((seed) => seed >= 1000 && seed < 2200)).toEqual([])
})

test('a name is a scene: the same script every time, another one with another seed', () => {
  const digest = (name: (typeof STORY_NAMES)[number], seed: number) =>
    createHash('sha256')
      .update(JSON.stringify(tellScene(streetScene(name, 'rain', seed))))
      .digest('hex')
  for (const name of STORY_NAMES) {
    expect(digest(name, 7)).toBe(digest(name, 7))
    expect(digest(name, 8)).not.toBe(digest(name, 7))
  }
})

test('every scene of every set begins empty of acts, ends clean, and keeps time', () => {
  for (const scene of SET_NAMES.flatMap(scenesOf)) {
    const { script, zones } = tellScene(scene)
    const zoneIds = zones.map(({ id }) => id)
    for (const act of script.acts) {
      expect(act.startSec, scene.name).toBeGreaterThan(14)
      expect(act.endSec - act.startSec, scene.name).toBeGreaterThan(40)
      expect(act.endSec, scene.name).toBeLessThan(script.seconds - 8)
      expect(zoneIds).toContain(act.zoneId)
      expect(zones.find(({ id }) => id === act.zoneId)!.rules.length).toBeGreaterThan(0)
    }
    for (const { startSec, endSec } of script.nonEvents) {
      expect(startSec, scene.name).toBeGreaterThanOrEqual(0)
      expect(endSec, scene.name).toBeGreaterThan(startSec)
      expect(endSec, scene.name).toBeLessThanOrEqual(script.seconds)
    }
    for (const actor of script.actors) {
      const times = actor.steps.map(({ atSec }) => atSec)
      expect(times, `${scene.name} ${actor.kind}`).toEqual(times.toSorted((a, b) => a - b))
      if (actor.act !== undefined) expect(script.acts[actor.act], scene.name).toBeDefined()
    }
  }
})

test.each(STORY_NAMES)('%s: is drawn, and its act stands in its zone, whatever the camera', (story) => {
  for (const condition of ['day', 'high', 'low'] as const) {
    const { script, zones } = tellScene(streetScene(story, condition, 41))
    const stage = new Stage(script, SMALL.width, SMALL.height, 41)
    for (const [index, act] of script.acts.entries()) {
      stage.show((act.startSec + act.endSec) / 2)
      const [x1, y1, x2, y2] = stage.boxOf(index)
      expect(x2 - x1, `${story} ${condition}`).toBeGreaterThan(0.03)
      expect(y2 - y1, `${story} ${condition}`).toBeGreaterThan(0.03)
      const zone = zones.find(({ id }) => id === act.zoneId)!
      const things = stage.seen.filter(({ actor }) => actor.act === index && actor.kind !== 'person')
      const feet = things.map(({ extent }): [number, number] => [
        (extent.x1 + extent.x2) / 2 / SMALL.width,
        (extent.y2 - 1) / SMALL.height,
      ])
      const polygon = polygonOf(stage.view, zone.corners)
      expect(
        feet.some((foot) => contains(polygon, foot)),
        `${story} ${condition}`,
      ).toBe(true)
    }
    if (script.acts.length === 0) stage.show(script.seconds / 2)
    expect(stage.picture.rgb.some((value) => value > 100)).toBe(true)
  }
})

test('the configuration of a whole set is one that the gateway takes', () => {
  for (const set of SET_NAMES) {
    const file = join(folder, `${set}.yaml`)
    writeFileSync(file, judgedBy(scenesOf(set).map(tellScene)))
    const { config, faults } = loadConfig(file, {
      clock: { wallMs: () => Date.parse('2026-01-05T10:00:00+08:00') },
    })
    expect(faults.map((fault) => fault.explain('en'))).toEqual([])
    expect(config?.cameras.map(({ id }) => id)).toEqual(scenesOf(set).map(({ name }) => name))
    expect(config?.permits.length).toBeGreaterThan(0)
    expect(config?.governance.mode).toBe('test')
  }
})

test('a set is filmed once: the second time nothing is made, what is torn is made again', async () => {
  const shape = { ...SMALL, fps: 5 }
  const film = () => filmSet({ set: 'tune', only: /^passers-/, out: folder, shape })
  const first = await film()
  expect(first).toMatchObject({ made: 2, kept: 0 })
  const video = join(folder, `${first.names[0]}.mp4`)
  const bytes = readFileSync(video)
  const truth = JSON.parse(readFileSync(join(first.truth, `${first.names[0]}.json`), 'utf8'))
  expect(truth).toMatchObject({
    video: `${first.names[0]}.mp4`,
    scene: { story: 'passers', supported: true },
  })

  expect(await film()).toMatchObject({ made: 0, kept: 2 })
  rmSync(video)
  expect(await film()).toMatchObject({ made: 1, kept: 1 })
  expect(readFileSync(video).equals(bytes)).toBe(true)
  expect(statSync(join(folder, 'gateway.yaml')).size).toBeGreaterThan(1000)
}, 120_000)
