/// A column of a table: its head, and how much of its content a narrow terminal must show.
package struct Column: Sendable {
    /// The order in which content gives way: texts first, names last, what is fixed never.
    enum Content: Sendable {
        /// Dates, states, ids, numbers: what people copy, compare or act on.
        case fixed
        case name
        /// Lists and addresses, which are cut.
        case text
        /// Sentences, which are wrapped between words.
        case prose

        /// True for content that gives way before names do.
        var isText: Bool { self == .text || self == .prose }
    }

    let head: String
    let content: Content
    /// The width to which a narrow terminal may reduce it.
    let least: Int

    private init(_ head: String, _ content: Content, least: Int) {
        self.head = head
        self.content = content
        self.least = least
    }

    /// A column that is never cut.
    package static func fixed(_ head: String) -> Column { Column(head, .fixed, least: .max) }

    /// A column of names, which are cut at their end, and only once no text is left to cut or to wrap.
    package static func name(_ head: String, least: Int = 10) -> Column { Column(head, .name, least: least) }

    /// A column of lists or addresses, which are cut first.
    package static func text(_ head: String, least: Int = 12) -> Column { Column(head, .text, least: least) }

    /// A column of sentences, which are wrapped between words.
    package static func prose(_ head: String, least: Int = 20) -> Column { Column(head, .prose, least: least) }

    /// A column of short answers below a name from data: the answers are never cut, a long name is.
    package static func answer(_ head: String) -> Column { Column(head, .name, least: 20) }

    /// The head in a file of comma-separated values: `last_active`.
    var key: String { head.lowercased().map { $0 == " " ? "_" : String($0) }.joined() }
}
