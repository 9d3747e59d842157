/**
 * People: a skeleton in three dimensions, dressed, and what it does with its arms and legs.
 *
 *          ●  head        Joints are placed along heading, side and up; each bone becomes a tapered limb.
 *        ┌─┴─┐            The same skeleton throws the shadow and the reflection.
 *        │   │  arms swing against the legs
 *         / \   a foot always stands on the ground: hips rise and fall by what the legs reach
 */
import type { Ball, Brush } from './brush.ts'
import type { Rgb } from './raster.ts'
import { add, type Spot } from './view.ts'

export interface Look {
  readonly heightM: number
  readonly build: number
  readonly skin: Rgb
  readonly hair: Rgb
  readonly longHair: boolean
  readonly top: Rgb
  readonly longSleeves: boolean
  readonly bottom: Rgb
  readonly shorts: boolean
  readonly shoes: Rgb
  readonly hat: Rgb | undefined
  readonly apron: Rgb | undefined
  readonly bag: Rgb | undefined
  readonly umbrella: Rgb | undefined
}

export type Gesture = 'walk' | 'stand' | 'sell' | 'look' | 'push' | 'ride' | 'carry' | 'sit'

export interface Pose {
  /** Where it stands on the ground. */
  readonly at: Spot
  /** Radians from the x axis towards the facade. */
  readonly heading: number
  readonly gesture: Gesture
  /** Metres walked so far: the legs follow the way, not the clock, so feet do not slide. */
  readonly walkedM: number
  readonly timeSec: number
  /** Tells swaying people apart. */
  readonly seed: number
}

const TOPS: Rgb[] = [
  [188, 52, 48],
  [44, 82, 140],
  [232, 230, 222],
  [40, 42, 48],
  [70, 120, 92],
  [214, 172, 66],
  [150, 92, 132],
  [110, 150, 190],
  [226, 140, 120],
  [96, 84, 72],
]
const BOTTOMS: Rgb[] = [
  [38, 42, 58],
  [56, 72, 104],
  [92, 84, 74],
  [44, 44, 46],
  [150, 140, 122],
  [72, 58, 50],
]
const SKINS: Rgb[] = [
  [224, 180, 150],
  [206, 160, 128],
  [190, 142, 110],
]
const HAIRS: Rgb[] = [
  [28, 24, 24],
  [44, 34, 30],
  [70, 66, 66],
]

export function randomLook(random: () => number): Look {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!
  const chance = (share: number) => random() < share
  return {
    heightM: 1.56 + random() * 0.26,
    build: 0.9 + random() * 0.28,
    skin: pick(SKINS),
    hair: pick(HAIRS),
    longHair: chance(0.4),
    top: pick(TOPS),
    longSleeves: chance(0.6),
    bottom: pick(BOTTOMS),
    shorts: chance(0.2),
    shoes: chance(0.5) ? [235, 235, 232] : [40, 36, 36],
    hat: chance(0.15) ? pick(TOPS) : undefined,
    apron: undefined,
    bag: chance(0.4) ? pick(TOPS) : undefined,
    umbrella: undefined,
  }
}

interface Part {
  readonly balls: Ball[]
  readonly color: Rgb
  readonly isHead?: boolean
}

/** Lengths as shares of the body's height. */
const THIGH = 0.245
const SHIN = 0.235
const UPPER_ARM = 0.175
const FOREARM = 0.16
const STEP_M_PER_HEIGHT = 0.42

export function drawPerson(brush: Brush, look: Look, pose: Pose): void {
  brush.standAt(pose.at[0], pose.at[2])
  const parts = build(look, pose)
  const distance = (part: Part) => Math.max(...part.balls.map((ball) => brush.view.depth(ball.at)))
  const sorted = parts.map((part) => ({ part, away: distance(part) })).sort((a, b) => b.away - a.away)
  for (const { part } of sorted) {
    brush.private = part.isHead ? 'head' : null
    brush.hull(part.balls, part.color)
  }
  brush.private = null
  if (look.umbrella) drawUmbrella(brush, look.umbrella, pose, look.heightM)
}

/** On a saddle, on a low stool, or as high as the legs reach. */
function hipsUpM(gesture: Gesture, standingM: number): number {
  return gesture === 'ride' ? 0.86 : gesture === 'sit' ? 0.5 : standingM
}

function build(look: Look, pose: Pose): Part[] {
  const h = look.heightM
  const ahead: Spot = [Math.cos(pose.heading), 0, Math.sin(pose.heading)]
  const side: Spot = [-ahead[2], 0, ahead[0]]
  const place: Place = (from, forward, up, sideways) => [
    from[0] + ahead[0] * forward + side[0] * sideways,
    from[1] + up,
    from[2] + ahead[2] * forward + side[2] * sideways,
  ]

  const walks = pose.gesture === 'walk' || pose.gesture === 'push' || pose.gesture === 'carry'
  const phase = (pose.walkedM / (STEP_M_PER_HEIGHT * h)) * Math.PI
  const legs = [phase, phase + Math.PI].map((own) => legAngles(pose, walks, own))
  const reach =
    Math.max(...legs.map(({ hip, knee }) => THIGH * Math.cos(hip) + SHIN * Math.cos(hip - knee))) * h
  const sway = walks ? 0 : 0.022 * wobble(pose, 0.5, 0)
  const hips = place(pose.at, sway, hipsUpM(pose.gesture, reach + 0.045 * h), 1.6 * sway)
  const lean = pose.gesture === 'push' ? 0.1 : pose.gesture === 'ride' ? 0.16 : bow(pose)
  const chest = place(hips, h * (0.03 + lean), h * 0.245, -sway)
  const neck = place(chest, h * (0.012 + lean * 0.25), h * 0.06, 0)

  return [
    ...legs.flatMap((angles, index) => leg(look, place, hips, angles, index)),
    ...trunk(look, place, hips, chest),
    ...[0, 1].flatMap((index) => {
      const shoulder = place(chest, 0, 0.03 * h, (index === 0 ? 0.1 : -0.1) * look.build * h)
      const angles = armAngles(pose, walks, index === 0 ? phase + Math.PI : phase, index)
      const holds = index === 1 && pose.gesture !== 'ride' ? look.bag : undefined
      return arm(look, place, shoulder, angles, index, holds)
    }),
    ...head(look, place, neck, pose).map((part) => ({ ...part, isHead: true })),
  ]
}

function leg(look: Look, place: Place, hips: Spot, { hip, knee }: LegAngles, index: number): Part[] {
  const h = look.heightM
  const out = index === 0 ? 0.048 : -0.048
  const joint = place(hips, 0, -0.01 * h, out * h * look.build)
  const kneeAt = place(joint, Math.sin(hip) * THIGH * h, -Math.cos(hip) * THIGH * h, 0)
  const ankle = place(kneeAt, Math.sin(hip - knee) * SHIN * h, -Math.cos(hip - knee) * SHIN * h, 0)
  const heel = place(ankle, -0.015 * h, -0.018 * h, 0)
  const toe = place(ankle, 0.085 * h, -0.02 * h, 0)
  return [
    bone(h, joint, 0.056 * look.build, kneeAt, 0.04, look.bottom),
    bone(h, kneeAt, 0.037, ankle, 0.027, look.shorts ? look.skin : look.bottom),
    bone(h, heel, 0.026, toe, 0.019, look.shoes),
  ]
}

function trunk(look: Look, place: Place, hips: Spot, chest: Spot): Part[] {
  const h = look.heightM
  const balls = [1, -1].flatMap((side) => [
    ball(place(chest, 0, 0.03 * h, side * 0.1 * look.build * h), 0.048 * h),
    ball(place(hips, 0, 0.02 * h, side * 0.055 * h), 0.062 * look.build * h),
  ])
  const parts: Part[] = [{ balls, color: look.top }]
  if (look.apron) {
    const front = (up: number, out: number) => ball(place(hips, 0.075 * h, up * h, out * h), 0.012 * h)
    const cloth = [front(0.2, 0.05), front(0.2, -0.05), front(-0.14, 0.07), front(-0.14, -0.07)]
    parts.push({ balls: cloth, color: look.apron })
  }
  return parts
}

function arm(
  look: Look,
  place: Place,
  shoulder: Spot,
  { upper, bend, out }: ArmAngles,
  index: number,
  bag: Rgb | undefined,
): Part[] {
  const h = look.heightM
  const away = (index === 0 ? out : -out) * h
  const [upperM, forearmM] = [UPPER_ARM * h, FOREARM * h]
  const elbow = place(shoulder, Math.sin(upper) * upperM, -Math.cos(upper) * upperM, away * 0.05)
  const total = upper + bend
  const hand = place(elbow, Math.sin(total) * forearmM, -Math.cos(total) * forearmM, -away * 0.02)
  const parts = [
    bone(h, shoulder, 0.036, elbow, 0.028, look.top),
    bone(h, elbow, 0.026, hand, 0.02, look.longSleeves ? look.top : look.skin),
    { balls: [ball(hand, 0.026 * h)], color: look.skin },
  ]
  if (bag) {
    const low = place(hand, 0, -0.15 * h, 0)
    const corners = [place(low, 0.05 * h, 0, 0), place(low, -0.05 * h, 0, 0), place(low, 0, 0.08 * h, 0)]
    parts.push({ balls: corners.map((at) => ball(at, 0.032 * h)), color: bag })
  }
  return parts
}

function head(look: Look, place: Place, neck: Spot, pose: Pose): Part[] {
  const h = look.heightM
  const nod = pose.gesture === 'sell' || pose.gesture === 'look' ? 0.02 * wobble(pose, 0.31, 2) : 0
  const face = place(neck, 0.014 * h + nod, 0.075 * h, nod)
  const crown = place(face, -0.012 * h, 0.035 * h, 0)
  const parts: Part[] = [
    {
      balls: [ball(place(neck, -0.005 * h, -0.02 * h, 0), 0.033 * h), ball(neck, 0.032 * h)],
      color: look.skin,
    },
    {
      balls: [ball(face, 0.05 * h), ball(place(face, 0.012 * h, -0.03 * h, 0), 0.038 * h)],
      color: look.skin,
    },
    {
      balls: [ball(crown, 0.053 * h), ball(place(crown, -0.02 * h, -0.03 * h, 0), 0.047 * h)],
      color: look.hair,
    },
  ]
  if (look.longHair) {
    const nape = place(face, -0.045 * h, -0.075 * h, 0)
    parts.push({
      balls: [ball(place(crown, -0.02 * h, 0, 0), 0.045 * h), ball(nape, 0.03 * h)],
      color: look.hair,
    })
  }
  if (look.hat) {
    const brim = [
      ball(place(crown, 0.07 * h, 0.005 * h, 0), 0.012 * h),
      ball(place(crown, 0, 0.015 * h, 0), 0.054 * h),
    ]
    parts.push({ balls: brim, color: look.hat })
  }
  return parts
}

type Place = (from: Spot, forward: number, up: number, sideways: number) => Spot

interface LegAngles {
  readonly hip: number
  readonly knee: number
}
interface ArmAngles {
  readonly upper: number
  readonly bend: number
  /** How far the elbow is held away from the body. */
  readonly out: number
}

function legAngles(pose: Pose, walks: boolean, phase: number): LegAngles {
  if (pose.gesture === 'ride') {
    const turn = pose.walkedM * 1.9 + phase
    return { hip: 0.95 + 0.28 * Math.sin(turn), knee: 1.25 + 0.3 * Math.sin(turn + 0.6) }
  }
  if (pose.gesture === 'sit') return { hip: 1.35, knee: 1.5 }
  if (!walks) return { hip: 0.03, knee: 0.05 }
  // The knee gives way while the leg swings forward, and almost locks while it carries.
  const swing = Math.max(0, Math.cos(phase))
  return { hip: 0.42 * Math.sin(phase), knee: 0.1 + 0.85 * swing * swing }
}

function armAngles(pose: Pose, walks: boolean, phase: number, index: number): ArmAngles {
  if (pose.gesture === 'push') return { upper: 0.75, bend: 0.5, out: 0.3 }
  if (pose.gesture === 'ride') return { upper: 0.85, bend: 0.35, out: 0.4 }
  if (pose.gesture === 'carry') return { upper: 0.35, bend: 1.25, out: 0.4 }
  if (walks) return { upper: 0.4 * Math.sin(phase), bend: 0.28, out: 0.6 }
  if (pose.gesture === 'sell' || pose.gesture === 'sit') {
    // Serving: one hand after the other goes out over the goods.
    const work = 0.5 + 0.5 * wobble(pose, 0.55, index * 3)
    return { upper: 0.25 + 0.7 * work, bend: 0.5 + 0.6 * wobble(pose, 0.8, 5 + index), out: 0.7 + 0.4 * work }
  }
  if (pose.gesture === 'look' && index === 0) {
    return { upper: 0.3 + 0.3 * wobble(pose, 0.4, 1), bend: 1 + 0.4 * wobble(pose, 0.6, 4), out: 0.5 }
  }
  return { upper: 0.06 + 0.05 * wobble(pose, 0.3, index), bend: 0.2, out: 0.7 }
}

/** Bending over the goods now and then. */
function bow(pose: Pose): number {
  if (pose.gesture === 'sell') return 0.05 + 0.05 * wobble(pose, 0.23, 1)
  if (pose.gesture === 'look') return 0.07 + 0.04 * wobble(pose, 0.19, 2)
  return 0.01
}

/** Slow, never repeating, −1..1: three sines that do not fit together. */
function wobble({ timeSec, seed }: Pose, hz: number, channel: number): number {
  const t = timeSec * hz * 2 * Math.PI + seed * 7.3 + channel * 1.9
  return (Math.sin(t) + 0.6 * Math.sin(t * 1.618 + seed) + 0.4 * Math.sin(t * 0.423 + channel)) / 2
}

function drawUmbrella(brush: Brush, color: Rgb, pose: Pose, h: number): void {
  const top = add(pose.at, [0, h + 0.42, 0])
  brush.limb(add(pose.at, [0, h * 0.75, 0]), 0.012, top, 0.012, [60, 60, 62])
  const rim = Array.from({ length: 9 }, (_, i): Ball => {
    const angle = (i / 9) * 2 * Math.PI
    return ball([top[0] + Math.cos(angle) * 0.5, top[1] - 0.2, top[2] + Math.sin(angle) * 0.5], 0.01)
  })
  brush.hull([ball(top, 0.02), ...rim], color)
}

function ball(at: Spot, radius: number): Ball {
  return { at, radius }
}

/** Radii as shares of the body's height. */
function bone(heightM: number, a: Spot, radiusA: number, b: Spot, radiusB: number, color: Rgb): Part {
  return { balls: [ball(a, radiusA * heightM), ball(b, radiusB * heightM)], color }
}
