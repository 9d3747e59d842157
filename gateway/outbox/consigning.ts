/**
 * What of a package goes unasked, what because the platform asked, and how much of that fits the way it goes.
 *
 *     records and manifests always · stills · derived · originals · all          smallest first up to the bound
 */
import { inventoryOf, type PackageFile, type Packages } from '../evidence/inventory.ts'
import type { ConsignedFile, Consignment, Deliveries } from './deliveries.ts'
import { SELECTIONS, type Selection } from './delivery-options.ts'

/** Looks the package up on disk, notes its files, and returns those that are still to be sent, in order. */
export async function consign(
  deliveries: Deliveries,
  vault: Packages,
  { packageId, asked }: Consignment,
  usual: { readonly items: Selection; readonly bytesMax: number; readonly askedBytesMax: number },
): Promise<ConsignedFile[]> {
  const inventory = await inventoryOf(vault, packageId)
  const wishes = [usual.items, ...(asked === null ? [] : [selectionOf(asked)])]
  const wanted = chosen(inventory.files, wishes, asked === null ? usual.bytesMax : usual.askedBytesMax)
  // What the far end has said that it lacks stays wanted, whatever the plan says.
  for (const file of deliveries.files(packageId)) {
    if (file.isWanted && !file.isSent && file.refusals > 0) wanted.add(file.path)
  }
  deliveries.plan(packageId, inventory, ({ path }) => wanted.has(path))
  return deliveries.files(packageId).filter(({ isWanted, isSent }) => isWanted && !isSent)
}

/** Records and tags whatever they weigh, the rest up to the bound, in the order in which it is sent. */
function chosen(files: readonly PackageFile[], wishes: readonly Selection[], bytesMax: number): Set<string> {
  let bytes = 0
  const paths = files.filter((file) => {
    if (file.kind === 'record' || file.kind === 'tag') return true
    if (!wishes.some((wish) => isOf(wish, file))) return false
    bytes += file.bytes
    return bytes <= bytesMax
  })
  return new Set(paths.map(({ path }) => path))
}

function isOf(selection: Selection, { kind, path }: PackageFile): boolean {
  if (selection === 'all') return true
  if (selection === 'originals') return kind === 'original'
  if (selection === 'derived') return kind === 'derived'
  return selection === 'stills' && kind === 'derived' && /\.(jpe?g|png)$/.test(path)
}

const selectionOf = (text: string): Selection => SELECTIONS.find((one) => one === text) ?? 'all'
