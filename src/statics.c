/* At exit C++ destroys the static objects that RocksDB has made so far, in whatever call it made them, while other threads may
 * still be at work with them. No exit handler comes before that for sure: the last objects that were made go first. So the linker
 * has those who register a destructor call this function instead of the C library's (build.rs), and none is ever called: the
 * objects are memory, which goes with the process. What has to be done at exit, src/rocks/exit.rs does.
 * `atexit` inside this library does nothing either, nor what a compiler's instrumentation of it would write at exit. */

#pragma GCC visibility push(hidden)

int __wrap___cxa_atexit(void (*destroy)(void *), void *object, void *library);

int __wrap___cxa_atexit(void (*destroy)(void *), void *object, void *library)
{
    (void)destroy;
    (void)object;
    (void)library;
    return 0;
}
