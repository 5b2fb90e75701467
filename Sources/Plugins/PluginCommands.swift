internal import Engine
package import Model
package import Policies

/// The commands that plugins add to the prompt.
///
/// A prompt shows `all` in its help, completes their names, and passes the input to `run`:
///
///     let commands = PluginCommands(PluginLoader.load(source), schema: policies.schema)
///     let lines = try commands.run("cidr", ["10.0.0.0/8", "10.1.2.3"], on: directory, tenant: tenant, now: now)
///
/// The output of a command is not escaped: the caller does that. Commands read and compute, and change nothing.
package struct PluginCommands: Sendable {
    /// One command and its plugin. Users type `plugin.name`, or just `name` when no other plugin has a command of that
    /// name.
    package struct Named: Sendable {
        package let plugin: ExactName
        package let command: PluginCommand

        /// The command's name after its plugin's: `cidr.cidr`.
        package var fullName: ExactName { "\(plugin).\(command.name)" }
    }

    private let set: PluginSet
    private let schema: Schema
    /// Sorted by full name.
    package let all: [Named]

    package init(_ loaded: LoadedPlugins, schema: Schema) {
        set = loaded.set
        self.schema = schema
        all = loaded.extras.flatMap { name, extras in extras.commands.map { Named(plugin: name, command: $0) } }
            .sorted { $0.fullName < $1.fullName }
    }

    /// The command with a full name, or with a short name that is unique.
    /// - Throws: when no command or more than one has the name.
    package func command(_ name: ExactName) throws(PluginCommandError) -> Named {
        if let exact = all.first(where: { $0.fullName == name }) { return exact }
        let matches = all.filter { $0.command.name == name }
        if matches.count == 1 { return matches[0] }
        guard matches.isEmpty else {
            let names = matches.map { "`\($0.fullName)`" }.joined(separator: ", ")
            throw PluginCommandError("more than one plugin has a command `\(name)`: write \(names)")
        }
        let hint = Suggestion.hint(for: name, among: all.map(\.command.name))
        throw PluginCommandError("no plugin has a command `\(name)`\(hint)")
    }

    /// Runs a command.
    /// - Parameters:
    ///   - words: the arguments as typed; departments and users by id, or by a unique name.
    ///   - tenant: the tenant whose departments, users and time zone are used; -1 for none.
    /// - Returns: the lines to show.
    package func run(
        _ name: ExactName, _ words: [String], on directory: Directory, tenant: Int, now: Instant
    ) throws(PluginCommandError) -> [String] {
        let named = try command(name)
        let parameters = named.command.parameters
        let least = parameters.count { !$0.isOptional }
        guard (least...parameters.count).contains(words.count) else {
            throw PluginCommandError("wrong arguments for `\(name)`, usage: `\(named.command.usage)`")
        }
        var arguments: [PluginSession.Argument] = []
        for (word, parameter) in zip(words, parameters) {
            guard let value = Self.value(ExactName(word), parameter.type, directory, tenant) else {
                throw PluginCommandError("`\(parameter.name)` is \(parameter.type.withArticle), got `\(word)`")
            }
            arguments.append(.value(value, parameter.type))
        }
        do {
            let session = try PluginSession(
                named.plugin, of: set, schema: schema, directory: directory, tenant: tenant, now: now)
            return try Self.lines(try session.call(named.command.path, arguments), named.fullName)
        } catch let error as NativeFault {
            throw PluginCommandError(error.message)
        } catch let error as PluginCommandError {
            throw error
        } catch let error as PolicyError {
            throw PluginCommandError(error.message)
        } catch { throw PluginCommandError("\(error)") }
    }

    private static func lines(_ json: JSON, _ name: ExactName) throws(PluginCommandError) -> [String] {
        switch json {
        case .null: return []
        case .array(let items):
            var lines: [String] = []
            for item in items { lines += try Self.lines(item, name) }
            return lines
        case .string(let text): return text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        case .boolean, .integer, .number, .unrepresentable: return [json.compact]
        case .object: throw PluginCommandError("`\(name)` must return lines to show, got a table with names")
        }
    }

    private static func value(_ word: ExactName, _ type: ValueType, _ directory: Directory, _ tenant: Int) -> Value? {
        switch type {
        case .department:
            if let index = directory.department(word, tenant: tenant) { return .department(index) }
            let matches = directory.departments.indices.filter {
                directory.departments[$0].tenant == tenant && directory.departments[$0].name == word
            }
            return matches.count == 1 ? .department(matches[0]) : nil
        case .user:
            if let index = directory.user(word, tenant: tenant) { return .user(index) }
            let matches = directory.users.indices.filter {
                directory.users[$0].tenant == tenant && directory.users[$0].name == word
            }
            return matches.count == 1 ? .user(matches[0]) : nil
        default: return Value(text: word.text, as: type)
        }
    }
}

/// The reason why a command did nothing, in words.
package struct PluginCommandError: Error, Equatable, Sendable {
    package let message: String

    init(_ message: String) {
        self.message = message
    }
}
