internal import Model

/// An organisation read from JSON, whose errors say where they are.
struct OrganisationFile {
    let organisation: Organisation

    /// - Throws: a syntax error as `path:line:column`, any other as `path: JSON path`.
    init(bytes: [UInt8], path: String) throws(CommandError) {
        let json = try Self.json(bytes, path)
        do { organisation = try Organisation(json: json) } catch {
            throw CommandError(error.message(in: path))
        }
    }

    /// - Throws: a syntax error as `path:line:column`.
    static func json(_ bytes: [UInt8], _ path: String) throws(CommandError) -> JSON {
        do { return try JSONReader.parse(bytes) } catch {
            throw CommandError(error.message(in: path))
        }
    }
}
