internal import Decisions
internal import Model

/// A line of a decision log, as far as it can be read.
struct LoggedLine {
    enum Content {
        case omitted(Replay.Obstacle, String)
        /// A decision whose request is masked, at this path.
        case masked(path: String)
        case record(DecisionRecord)
    }

    /// `nil` for a line that is not JSON.
    let json: JSON?
    let content: Content

    init(_ line: [UInt8]) {
        do throws(JSONError) {
            let json = try JSONReader.parse(request: line)
            self.json = json
            content = DecisionRecord.maskedPath(json).map { .masked(path: $0) } ?? Self.record(of: json)
        } catch {
            json = nil
            content = .omitted(.unreadable, "it is not JSON: \(error.message) at column \(error.column)")
        }
    }

    private init(omitted message: String) { (json, content) = (nil, .omitted(.unreadable, message)) }

    static let tooLong = LoggedLine(omitted: "it is longer than 1 MiB")

    private static func record(of json: JSON) -> Content {
        do throws(RequestError) { return .record(try DecisionRecord(json)) } catch {
            return .omitted(.incomplete, error.message)
        }
    }

    /// True where it states another number than that of its place, which means that lines before it were removed or moved.
    func isMisplaced(at number: Int) -> Bool { json?["number"].map { $0 != .integer(Int64(number)) } ?? false }
}

extension Block {
    /// Calls a closure with each line that is not blank, and with its number in the input.
    /// - Parameter body: gets `nil` for a line that is too long to be read.
    func forEachLoggedLine(_ body: (_ line: UnsafeRawBufferPointer?, _ number: Int) -> Void) {
        guard !isTooLong else { return body(nil, firstLine) }
        unsafe forEachLine { line, number in
            guard unsafe !line.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) else { return }
            unsafe body(line.count <= Block.longestLine ? line : nil, number)
        }
    }
}
