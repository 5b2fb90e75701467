internal import CEditline
internal import Files

/// The result of reading a piece of input.
enum LineInput: Equatable {
    case text(String)
    case end
    /// The user pressed `^C`.
    case interrupted
}

/// A line editor on the terminal with history, search, completion and input of several lines.
@safe final class Editor {
    /// The callbacks of the editor while the user types.
    final class Host {
        /// True when the text is complete, so that Enter ends it.
        let isWhole: (String) -> Bool
        /// Completes the text before the cursor; the flag is true when Tab is pressed again.
        let complete: (String, Bool) -> Edit
        /// Called when the watched descriptor can be read; the returned text is shown above the line.
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

    /// The change that a completion makes to the line.
    struct Edit: Equatable {
        /// The number of characters before the cursor to erase.
        var erased = 0
        /// The text inserted in their place.
        var inserted = ""
        /// The text shown under the line.
        var shown = ""
    }

    private let editor: OpaquePointer
    private let host: Host

    /// - Returns: `nil` when the standard input and output are not a terminal that supports line editing.
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

    /// - Parameter prompt: text between two U+0001 takes no columns.
    func read(prompt: String) -> LineInput {
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

    /// Reads the answer to a question.
    /// - Parameter secret: the question about a secret, which is not shown as it is typed; `nil` when the question is on
    ///   the screen already, and its answer may be, too.
    /// - Returns: `nil` at the end of the input, and when the user pressed `^C`.
    static func readAnswer(secret: String? = nil) -> [UInt8]? {
        var buffer = [CChar](repeating: 0, count: 1 << 16)
        var length = 0
        let ending = unsafe buffer.withUnsafeMutableBufferPointer {
            unsafe ceditline_read_answer(secret, $0.baseAddress!, $0.count, &length)
        }
        guard ending == CEDITLINE_TEXT else { return nil }
        return buffer.prefix(length).map { UInt8(bitPattern: $0) }
    }
}
