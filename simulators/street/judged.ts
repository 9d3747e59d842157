/**
 * The `gateway.yaml` that judges a set of scenes: a camera a scene, zones as that camera sees them, short dwells.
 */
import { stringify } from 'yaml'
import type { SceneScript } from './script.ts'
import type { ToldScene } from './test-street.ts'
import { polygonOf } from './truth.ts'
import { View } from './view.ts'
import { FRONT_LINE, MEASURED, type WatchedZone } from './watched.ts'

/** Scenes last one or two minutes: dwells of a street would be longer than they are. */
const DWELL_SEC = 20
const HEADER = `# Judges drawn scenes. Dwells are shortened for films of a minute or two: governance.mode test.
`

export function judgedBy(scenes: readonly ToldScene[]): string {
  const permits = scenes
    .filter(({ permitted }) => permitted)
    .map(({ script }) => ({
      id: `permit-${script.name}`,
      type: 'MORNING_MARKET',
      camera: script.name,
      zoneIds: ['kerb'],
      windows: [{ from: '06:00', to: '11:00' }],
    }))
  const config = {
    ...{ site: 'test-street', gateway: 'gw-street', region: '310101', governance: { mode: 'test' } },
    cameras: scenes.map(cameraOf),
    ...(permits.length > 0 && { permits }),
  }
  return (
    HEADER + stringify(config, { lineWidth: 110, flowCollectionPadding: false, aliasDuplicateObjects: false })
  )
}

function cameraOf({ script, zones }: ToldScene) {
  const view = viewOf(script)
  return {
    id: script.name,
    url: `file:${script.name}.mp4`,
    zones: zones.map((zone) => ({
      id: zone.id,
      type: zone.type,
      polygon: polygonOf(view, zone.corners),
      ...(zone.type === 'SHOPFRONT' && shopfrontOf(view)),
      rules: zone.rules.map((rule) => ({ rule, minDwellSec: DWELL_SEC })),
    })),
  }
}

/** The line of the shops, and four places that somebody measured on the pavement. */
function shopfrontOf(view: View) {
  const seen = ([x, z]: WatchedZone['corners'][number]) => {
    const [px, py] = view.project([x, 0, z])
    return [px / view.width, py / view.height].map((share) => Math.round(share * 1e4) / 1e4)
  }
  return {
    shopfrontLine: FRONT_LINE.map(seen),
    groundScale: { points: MEASURED.map((spot) => ({ at: seen(spot), metres: spot })) },
  }
}

/** Fractions do not depend on the size. */
function viewOf({ camera = 'pole' }: SceneScript): View {
  return new View(1600, 900, { camera })
}
