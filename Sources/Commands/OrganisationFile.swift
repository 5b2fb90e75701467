internal import Model

/// An organisation read from JSON, with faults told where they are.
struct OrganisationFile {
    let organisation: Organisation

    /// - Throws: a syntax error as `path:line:column`, any other as `path: JSON path`.
    init(bytes: [UInt8], path: String) throws(CommandError) {
        let json: JSON
        do { json = try JSONReader.parse(bytes) } catch {
            throw CommandError("\(path):\(error.line):\(error.column): \(error.message)")
        }
        do { organisation = try Organisation(json: json) } catch {
            throw CommandError("\(path): \(error.path): \(error.message)")
        }
    }
}
