internal import Decisions
internal import Synchronization

/// Work on several threads that interpreters can run on.
extension PolicyTests {
    /// The number of items below which a thread is not worthwhile.
    private static let fewest = 100

    /// Does something with parts of a list, in parallel.
    /// - Returns: the result of each part, in order.
    static func sideBySide<Item: Sendable, Result>(
        _ items: [Item], fewest: Int = fewest, _ body: @escaping @Sendable ([Item]) -> Result
    ) -> [Result] {
        let jobs = max(1, min(InterpreterThread.processors, items.count / fewest))
        guard jobs > 1 else { return [body(items)] }
        let size = (items.count + jobs - 1) / jobs
        let parts = stride(from: 0, to: items.count, by: size).map { start in
            Part<Item, Result>(items: Array(items[start..<min(start + size, items.count)]))
        }
        let threads = parts.map { part in InterpreterThread { part.result = body(part.items) } }
        return zip(parts, threads).map { part, thread in
            thread?.join()
            // Without a thread the part runs here.
            return part.result ?? body(part.items)
        }
    }

    /// Does something with each item of a list, in parallel; each thread takes the next item when it is done with one.
    /// - Returns: the result of each item, in order.
    func inTurns<Item: Sendable, Result: Sendable>(
        _ items: [Item], _ body: @escaping @Sendable (Item, UnchangedTests) -> Result
    ) -> [Result] {
        let queue = Queue<Result>(count: items.count)
        let work: @Sendable () -> Void = {
            let own = UnchangedTests(self)
            while let next = queue.next() { queue.end(next, body(items[next], own)) }
        }
        let threads = (1..<max(1, min(InterpreterThread.processors, items.count))).map { _ in InterpreterThread(work) }
        let own = InterpreterThread(work)
        // Without a thread the work is done here.
        if own == nil { work() }
        for thread in threads + [own] { thread?.join() }
        return queue.results
    }

    /// The items that are left, and the results of those that are done.
    private final class Queue<Result: Sendable>: Sendable {
        private let state: Mutex<(next: Int, results: [Result?])>

        init(count: Int) { state = Mutex((0, [Result?](repeating: nil, count: count))) }

        func next() -> Int? {
            state.withLock { state in
                guard state.next < state.results.count else { return nil }
                state.next += 1
                return state.next - 1
            }
        }

        func end(_ item: Int, _ result: Result) { state.withLock { $0.results[item] = result } }

        var results: [Result] { state.withLock { $0.results.compactMap(\.self) } }
    }

    /// The part of one thread. `@unchecked Sendable`: only its thread writes it, and it is read after that has ended.
    private final class Part<Item: Sendable, Result>: @unchecked Sendable {
        let items: [Item]
        var result: Result?

        init(items: [Item]) { self.items = items }
    }
}
