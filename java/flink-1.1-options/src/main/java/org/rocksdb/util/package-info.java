/**
 * Units, and comparators in Java.
 */
package org.rocksdb.util;
