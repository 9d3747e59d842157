/**
 * Who is who: the pairing of rows (tracks) with columns (detections) whose gains add up to the most.
 *
 *     edges (row, column, gain > 0) ─▶ islands that share no edge ─▶ each solved ─▶ column of each row, or −1
 *
 * In a street most islands are one row and one column and need no algorithm. The others go to the Hungarian
 * method (Kuhn 1955, shortest augmenting paths with potentials); leaving somebody alone gains nothing and is
 * allowed. Memory is taken once and grows with the largest street seen.
 */
import { assert } from '../kit/assert.ts'

export class Assignment {
  #rows = 0
  #columns = 0
  #edges = 0
  #edgeRows = new Int32Array(256)
  #edgeColumns = new Int32Array(256)
  #edgeGains = new Float64Array(256)
  /** Union-find over rows, then columns. */
  #parents = new Int32Array(64)
  #order = new Int32Array(256)
  #starts = new Int32Array(65)
  /** Place of a row or column within its island. */
  #local = new Int32Array(64)
  #columnOfRow = new Int32Array(64)
  readonly #hungarian = new Hungarian()

  begin(rows: number, columns: number): void {
    this.#rows = rows
    this.#columns = columns
    this.#edges = 0
    const nodes = rows + columns
    if (this.#parents.length < nodes) {
      this.#parents = new Int32Array(2 * nodes)
      this.#starts = new Int32Array(2 * nodes + 1)
      this.#local = new Int32Array(2 * nodes)
      this.#columnOfRow = new Int32Array(2 * nodes)
    }
    for (let node = 0; node < nodes; node++) this.#parents[node] = node
  }

  /** Each pair at most once; a pair that is not named may not be. */
  edge(row: number, column: number, gain: number): void {
    assert(gain > 0 && row < this.#rows && column < this.#columns, 'an edge gains something')
    if (this.#edges === this.#edgeRows.length) this.#grow()
    const edge = this.#edges++
    this.#edgeRows[edge] = row
    this.#edgeColumns[edge] = column
    this.#edgeGains[edge] = gain
    this.#parents[this.#find(row)] = this.#find(this.#rows + column)
  }

  /** Column of each row, −1 for none. The array is the assignment's own, good until the next `begin`. */
  solve(): Int32Array {
    const columnOfRow = this.#columnOfRow.subarray(0, this.#rows)
    columnOfRow.fill(-1)
    const order = this.#sortByIsland()
    const islandOf = (edge: number) => this.#find(this.#edgeRows[edge]!)
    for (let from = 0; from < order.length; ) {
      const island = islandOf(order[from]!)
      let to = from + 1
      while (to < order.length && islandOf(order[to]!) === island) to++
      this.#solveIsland(order, from, to, columnOfRow)
      from = to
    }
    return columnOfRow
  }

  /** Counting sort: edges of one island lie together, in the order they were named. */
  #sortByIsland(): Int32Array {
    const starts = this.#starts.subarray(0, this.#rows + this.#columns + 1)
    starts.fill(0)
    for (let edge = 0; edge < this.#edges; edge++) starts[this.#find(this.#edgeRows[edge]!) + 1]!++
    for (let node = 1; node < starts.length; node++) starts[node] = starts[node]! + starts[node - 1]!
    const order = this.#order.subarray(0, this.#edges)
    for (let edge = 0; edge < this.#edges; edge++) order[starts[this.#find(this.#edgeRows[edge]!)]!++] = edge
    return order
  }

  #solveIsland(order: Int32Array, from: number, to: number, columnOfRow: Int32Array): void {
    if (to - from === 1) {
      columnOfRow[this.#edgeRows[order[from]!]!] = this.#edgeColumns[order[from]!]!
      return
    }
    const local = this.#local
    for (let i = from; i < to; i++) {
      local[this.#edgeRows[order[i]!]!] = -1
      local[this.#rows + this.#edgeColumns[order[i]!]!] = -1
    }
    let rows = 0
    let columns = 0
    for (let i = from; i < to; i++) {
      const row = this.#edgeRows[order[i]!]!
      const column = this.#rows + this.#edgeColumns[order[i]!]!
      if (local[row] === -1) local[row] = rows++
      if (local[column] === -1) local[column] = columns++
    }
    // The method wants no more rows than columns; turned on its side the problem is the same.
    const turned = rows > columns
    const hungarian = this.#hungarian
    hungarian.begin(Math.min(rows, columns), Math.max(rows, columns))
    for (let i = from; i < to; i++) {
      const row = local[this.#edgeRows[order[i]!]!]!
      const column = local[this.#rows + this.#edgeColumns[order[i]!]!]!
      hungarian.gain(turned ? column : row, turned ? row : column, this.#edgeGains[order[i]!]!)
    }
    hungarian.solve()
    for (let i = from; i < to; i++) {
      const row = this.#edgeRows[order[i]!]!
      const column = this.#edgeColumns[order[i]!]!
      const [a, b] = [local[row]!, local[this.#rows + column]!]
      if (turned ? hungarian.paired(b, a) : hungarian.paired(a, b)) columnOfRow[row] = column
    }
  }

  #find(node: number): number {
    const parents = this.#parents
    while (parents[node] !== node) {
      parents[node] = parents[parents[node]!]!
      node = parents[node]!
    }
    return node
  }

  #grow(): void {
    const bigger = 2 * this.#edgeRows.length
    const grown = <T extends Int32Array | Float64Array>(from: T, to: T): T => {
      to.set(from)
      return to
    }
    this.#edgeRows = grown(this.#edgeRows, new Int32Array(bigger))
    this.#edgeColumns = grown(this.#edgeColumns, new Int32Array(bigger))
    this.#edgeGains = grown(this.#edgeGains, new Float64Array(bigger))
    this.#order = new Int32Array(bigger)
  }
}

/**
 * The dense problem of one island; rows ≤ columns, cost = −gain, no edge = 0. Indices inside count from 1.
 */
class Hungarian {
  #rows = 0
  #columns = 0
  #costs = new Float64Array(0)
  #rowPotentials = new Float64Array(0)
  #columnPotentials = new Float64Array(0)
  #rowOfColumn = new Int32Array(0)
  #cameFrom = new Int32Array(0)
  #slacks = new Float64Array(0)
  #visited = new Uint8Array(0)

  begin(rows: number, columns: number): void {
    this.#rows = rows
    this.#columns = columns
    if (this.#costs.length < rows * columns) this.#costs = new Float64Array(2 * rows * columns)
    if (this.#slacks.length < columns + 1) {
      const size = 2 * (columns + 1)
      this.#rowPotentials = new Float64Array(size)
      this.#columnPotentials = new Float64Array(size)
      this.#rowOfColumn = new Int32Array(size)
      this.#cameFrom = new Int32Array(size)
      this.#slacks = new Float64Array(size)
      this.#visited = new Uint8Array(size)
    }
    this.#costs.fill(0, 0, rows * columns)
    this.#rowPotentials.fill(0, 0, rows + 1)
    this.#columnPotentials.fill(0, 0, columns + 1)
    this.#rowOfColumn.fill(0, 0, columns + 1)
  }

  gain(row: number, column: number, gain: number): void {
    this.#costs[row * this.#columns + column] = -gain
  }

  paired(row: number, column: number): boolean {
    return this.#rowOfColumn[column + 1] === row + 1
  }

  solve(): void {
    for (let row = 1; row <= this.#rows; row++) this.#augment(row)
  }

  /** Gives one more row a column, along the cheapest chain of exchanges. */
  #augment(row: number): void {
    const columns = this.#columns
    const costs = this.#costs
    const u = this.#rowPotentials
    const v = this.#columnPotentials
    const rowOfColumn = this.#rowOfColumn
    const cameFrom = this.#cameFrom
    const slacks = this.#slacks
    const visited = this.#visited
    slacks.fill(Infinity, 0, columns + 1)
    visited.fill(0, 0, columns + 1)
    rowOfColumn[0] = row
    let column = 0
    do {
      visited[column] = 1
      const current = rowOfColumn[column]!
      const costsAt = (current - 1) * columns - 1
      const potential = u[current]!
      let step = Infinity
      let nearest = 0
      for (let j = 1; j <= columns; j++) {
        if (visited[j] === 1) continue
        const reduced = costs[costsAt + j]! - potential - v[j]!
        if (reduced < slacks[j]!) {
          slacks[j] = reduced
          cameFrom[j] = column
        }
        if (slacks[j]! < step) {
          step = slacks[j]!
          nearest = j
        }
      }
      for (let j = 0; j <= columns; j++) {
        if (visited[j] === 1) {
          u[rowOfColumn[j]!] = u[rowOfColumn[j]!]! + step
          v[j] = v[j]! - step
        } else slacks[j] = slacks[j]! - step
      }
      column = nearest
    } while (rowOfColumn[column] !== 0)
    while (column !== 0) {
      const before = cameFrom[column]!
      rowOfColumn[column] = rowOfColumn[before]!
      column = before
    }
  }
}
