/// A growable buffer without copy-on-write checks, for numbers that are written far more often than they grow.
@safe struct UncheckedArray<Element: BitwiseCopyable>: ~Copyable {
    private var elements: UnsafeMutablePointer<Element>
    private var capacity: Int
    private(set) var count = 0

    init() {
        capacity = 64
        unsafe elements = .allocate(capacity: capacity)
    }

    deinit { unsafe elements.deallocate() }

    /// The place of the first element; valid until the buffer grows.
    @unsafe var first: UnsafeMutablePointer<Element> { unsafe elements }

    mutating func removeAll() { count = 0 }

    mutating func append(_ element: Element) {
        if count == capacity { reserve(2 * capacity) }
        unsafe (elements + count).initialize(to: element)
        count += 1
    }

    /// Appends an element until the buffer has this many.
    mutating func fill(to count: Int, with element: Element) {
        guard count > self.count else { return }
        if count > capacity { reserve(max(count, 2 * capacity)) }
        unsafe (elements + self.count).initialize(repeating: element, count: count - self.count)
        self.count = count
    }

    private mutating func reserve(_ capacity: Int) {
        let larger = UnsafeMutablePointer<Element>.allocate(capacity: capacity)
        unsafe larger.update(from: elements, count: count)
        unsafe elements.deallocate()
        unsafe elements = larger
        self.capacity = capacity
    }

    subscript(index: Int) -> Element {
        get {
            precondition(index >= 0 && index < count)
            return unsafe elements[index]
        }
        _modify {
            precondition(index >= 0 && index < count)
            yield unsafe &elements[index]
        }
    }

    subscript(range: Range<Int>) -> [Element] {
        precondition(range.lowerBound >= 0 && range.upperBound <= count)
        return unsafe Array(UnsafeBufferPointer(start: elements + range.lowerBound, count: range.count))
    }
}
