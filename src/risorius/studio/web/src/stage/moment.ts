// What was drawn last, so that it is not drawn again.

export class Moment {
  private readonly values: Float32Array;
  private at = 0;
  private isNew = true;

  /** For at most `size` numbers to a moment. */
  constructor(size: number) {
    this.values = new Float32Array(size).fill(NaN);
  }

  /** Take numbers of the moment, in the same order each time; what is missing counts as not a number. */
  take(numbers: ArrayLike<number> | null | undefined, count: number): void {
    for (let k = 0; k < count; k++, this.at++) {
      const value = Math.fround(numbers?.[k] ?? NaN);
      if (!Object.is(value, this.values[this.at])) {
        this.values[this.at] = value;
        this.isNew = true;
      }
    }
  }

  /** End the moment: whether it differs from the one before. */
  end(): boolean {
    const { isNew } = this;
    this.at = 0;
    this.isNew = false;
    return isNew;
  }
}
