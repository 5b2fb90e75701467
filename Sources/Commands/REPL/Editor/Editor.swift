internal import CEditline

/// What came of asking for a line.
enum Reading: Equatable {
    case text(String)
    case end
    /// The person changed their mind: `^C`.
    case interrupted
}

/// A person's line editor on the terminal: history, search, completion, pieces of several lines.
@safe final class Editor {
    /// What the editor asks while somebody types.
    final class Host {
        /// Whether a piece is whole.
        let isWhole: (String) -> Bool
        /// What stands before the cursor, and whether Tab is pressed once more.
        let complete: (String, Bool) -> Edit
        /// The watched descriptor can be read; the text is shown above the line.
        let noticed: () -> String

        init(
            isWhole: @escaping (String) -> Bool, complete: @escaping (String, Bool) -> Edit,
            noticed: @escaping () -> String
        ) {
            self.isWhole = isWhole
            self.complete = complete
            self.noticed = noticed
        }
    }

    /// What completing does to the line.
    struct Edit: Equatable {
        /// So many characters before the cursor go …
        var erased = 0
        /// … and this comes.
        var inserted = ""
        /// Shown under the line.
        var shown = ""
    }

    private let editor: OpaquePointer
    private let host: Host

    /// - Returns: `nil` where the standard input and output are no terminal that lines can be edited on.
    init?(_ host: Host) {
        let context = unsafe UnsafeRawPointer(Unmanaged.passUnretained(host).toOpaque())
        let callbacks = unsafe ceditline_host(
            context: context,
            whole: { context, text in unsafe Editor.host(context).isWhole(String(cString: text!)) },
            complete: { context, text, again, edit in
                let change = unsafe Editor.host(context).complete(String(cString: text!), again)
                if !change.shown.isEmpty {
                    _ = Descriptor.write(Array(("\n" + change.shown).utf8), to: 1)
                    unsafe edit!.pointee.redraws = true
                }
                unsafe edit!.pointee.erased = change.erased
                unsafe ceditline_insert(edit, change.inserted, change.inserted.utf8.count)
            },
            noticed: { context in
                let text = unsafe Editor.host(context).noticed()
                if !text.isEmpty { _ = Descriptor.write(Array(("\r\u{1B}[J" + text).utf8), to: 1) }
                return !text.isEmpty
            })
        guard let editor = unsafe ceditline_open(callbacks) else { return nil }
        unsafe self.editor = editor
        self.host = host
    }

    deinit { unsafe ceditline_close(editor) }

    private static func host(_ context: UnsafeRawPointer?) -> Host {
        unsafe Unmanaged<Host>.fromOpaque(context!).takeUnretainedValue()
    }

    /// - Parameter prompt: what stands between two U+0001 takes no columns.
    func read(prompt: String) -> Reading {
        let reading = unsafe ceditline_read(editor, prompt)
        switch unsafe reading.ending {
        case CEDITLINE_TEXT:
            let bytes = unsafe UnsafeRawBufferPointer(start: reading.text, count: reading.length)
            return .text(unsafe String(decoding: bytes, as: UTF8.self))
        case CEDITLINE_INTERRUPTED: return .interrupted
        default: return .end
        }
    }

    func remember(_ text: String) { unsafe ceditline_remember(editor, text) }

    func watch(_ descriptor: Int32?) { unsafe ceditline_watch(editor, descriptor ?? -1) }

    /// A line that is not shown while it is typed.
    static func readHidden() -> [UInt8] {
        var buffer = [CChar](repeating: 0, count: 4_096)
        let count = unsafe buffer.withUnsafeMutableBufferPointer {
            unsafe ceditline_read_hidden($0.baseAddress!, $0.count)
        }
        return buffer.prefix(max(0, Int(count))).map { UInt8(bitPattern: $0) }
    }
}
