/// A value at a fixed address, without the exclusivity checks of a class's properties.
///
/// INVARIANT: code with access to it calls nothing that reaches it again in another way; one thread only.
@safe final class UnsafeBox<Value: ~Copyable> {
    let place = UnsafeMutablePointer<Value>.allocate(capacity: 1)

    init(_ value: consuming Value) {
        unsafe place.initialize(to: value)
    }

    deinit {
        unsafe place.deinitialize(count: 1)
        unsafe place.deallocate()
    }

    var value: Value {
        _read { yield unsafe place.pointee }
        _modify { yield unsafe &place.pointee }
    }
}
