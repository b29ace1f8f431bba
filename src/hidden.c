/* Crates bring functions for C that are no part of this library's interface, and rustc exports them with its own. A hidden
 * reference to a function keeps the linker from that. They are weak: without the feature `s3` there are none of them. */

#pragma GCC visibility push(hidden)

#define CRC_FAST(function)                                                                                              \
    extern void crc_fast_##function(void) __attribute__((weak));                                                       \
    static void (*const hidden_##function)(void) __attribute__((used)) = crc_fast_##function;

CRC_FAST(checksum)
CRC_FAST(checksum_combine)
CRC_FAST(checksum_combine_with_params)
CRC_FAST(checksum_file)
CRC_FAST(checksum_file_with_params)
CRC_FAST(checksum_with_params)
CRC_FAST(clear_error)
CRC_FAST(crc32_iscsi)
CRC_FAST(crc32_iso_hdlc)
CRC_FAST(crc64_nvme)
CRC_FAST(digest_combine)
CRC_FAST(digest_finalize)
CRC_FAST(digest_finalize_reset)
CRC_FAST(digest_free)
CRC_FAST(digest_get_amount)
CRC_FAST(digest_get_state)
CRC_FAST(digest_new)
CRC_FAST(digest_new_with_init_state)
CRC_FAST(digest_new_with_params)
CRC_FAST(digest_reset)
CRC_FAST(digest_update)
CRC_FAST(error_message)
CRC_FAST(get_calculator_target)
CRC_FAST(get_custom_params)
CRC_FAST(get_last_error)
CRC_FAST(get_version)
