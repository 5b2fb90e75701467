/// A value that stays at one place, reached without the check of exclusive access that a class's properties have.
///
/// INVARIANT: whoever holds access to it calls nothing that reaches it again by another way; one thread only.
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
