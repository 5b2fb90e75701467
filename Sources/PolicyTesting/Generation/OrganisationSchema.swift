internal import CDemo

/// The JSON Schema of what `import` reads: `examples/organisation.schema.json`, embedded so that `import --schema` prints
/// it anywhere. The tests hold the reader to it.
package enum OrganisationSchema {
    package static var json: [UInt8] {
        unsafe Array(UnsafeBufferPointer(start: cdemo_organisation, count: cdemo_organisation_size))
    }
}
