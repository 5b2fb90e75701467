internal import CDemo
internal import Model
package import Policies

/// A policy set to start from: `examples/first`, embedded so that `init --policies` works anywhere. It loads without
/// findings, and its tests pass.
package enum FirstPolicies {
    package static var files: [PolicyFile] {
        (0..<cdemo_first_count).map { index in
            let file = unsafe cdemo_first_file(index).pointee
            let bytes = unsafe Array(UnsafeBufferPointer(start: file.bytes, count: file.size))
            return PolicyFile(name: ExactName(unsafe String(cString: file.name)), bytes: bytes)
        }
    }
}
