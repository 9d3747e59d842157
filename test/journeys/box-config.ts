/** `gateway.yaml` of a box for one journey: a short dwell in test governance, every port free. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

export const SITE = 'journey-street'
export const DWELL_SEC = 4

/** The lower four fifths of the picture. */
export const KERB = {
  ...{ id: 'kerb', type: 'NO_VENDING' },
  polygon: [
    [0, 0.2],
    [1, 0.2],
    [1, 1],
    [0, 1],
  ],
  rules: [{ rule: 'piling', minDwellSec: DWELL_SEC }] as object[],
}

export interface BoxPaths {
  readonly config: string
  readonly storage: string
}

export function boxPaths(folder: string, name = 'box'): BoxPaths {
  return { config: join(folder, `${name}.yaml`), storage: join(folder, name) }
}

export function writeBoxConfig({ config, storage }: BoxPaths, rest: object): void {
  const text = JSON.stringify({
    ...{ site: SITE, gateway: 'gw', region: '310101', governance: { mode: 'test' } },
    ...{ storage: { folder: storage }, http: { port: 0 }, mqtt: { embedded: { port: 0 } } },
    ...rest,
  })
  writeFileSync(config, text)
}

export const camera = (id: string, url: string, more: object = {}) => ({ id, url, zones: [KERB], ...more })
