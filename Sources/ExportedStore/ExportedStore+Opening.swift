internal import Files
internal import Model
package import Tokens

extension ExportedStore {
    /// Opens a file that `demilune export` wrote.
    /// - Throws: `.io` for a file that cannot be read, `.invalid` for one that holds no organisation, each with its place.
    package static func open(_ path: String) throws(TokenStoreError) -> TokenService {
        let bytes: [UInt8]
        do throws(FileError) { bytes = try File.read(path) } catch { throw TokenStoreError(.io, error.message) }
        let json: JSON
        do throws(JSONError) { json = try JSONReader.parse(bytes) } catch {
            throw TokenStoreError(.invalid, error.message(in: path))
        }
        do throws(OrganisationError) {
            return TokenService(reading: ExportedStore(try Organisation(json: json), name: path))
        } catch { throw TokenStoreError(.invalid, error.message(in: path)) }
    }
}
