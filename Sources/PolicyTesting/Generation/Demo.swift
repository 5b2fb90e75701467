internal import CDemo

/// The demo organisation: `examples/demo.json`, embedded so that `init --demo` works anywhere.
package enum Demo {
    package static var json: [UInt8] {
        unsafe Array(UnsafeBufferPointer(start: cdemo_json, count: cdemo_json_size))
    }
}
