/// The folder of the key files of a user's stores; each file is named after its store's id.
package enum KeyFolder {
    /// `demilune/keys` in the user's data folder, by the XDG Base Directory Specification.
    /// - Parameters:
    ///   - data: the value of `XDG_DATA_HOME`.
    ///   - home: the value of `HOME`.
    /// - Returns: `nil` when neither is an absolute path.
    package static func usual(data: String?, home: String?) -> String? {
        let beneath = home.flatMap { $0.hasPrefix("/") ? $0 + "/.local/share" : nil }
        return [data, beneath].compactMap(\.self).first { $0.hasPrefix("/") }.map { $0 + "/demilune/keys" }
    }
}
