/* Prints what Java's hashCode says of some keys: type, key, hash.
 *
 *     java make_java_hash_codes.java > java_hash_codes.tsv
 */
import java.io.PrintStream;
import java.util.Arrays;
import java.util.HexFormat;

class MakeJavaHashCodes {
  static void print(String type, Object key, int hash) {
    System.out.println(type + "\t" + key + "\t" + hash);
  }

  public static void main(String[] args) throws Exception {
    System.setOut(new PrintStream(System.out, true, "UTF-8"));
    for (String s : new String[] {"", "a", "spark", "the quick brown fox", "Größe", "日本語", "€",
                                  "\uD83D\uDE00 smile", "z\uD834\uDD1Ey", "polygenelubricants"})
      print("string", s, s.hashCode());
    /* Bytes that are no UTF-8, as a line of a file may be: what Java reads them as. */
    for (String hex : new String[] {"ff", "c3", "c328", "41c3", "e282", "e28241", "e0808041",
                                    "eda080", "f09f98", "f09f9841", "f0808080", "f4908080", "c0af",
                                    "80bf", "eda0", "eda041", "edbfbf41", "f8888080", "61e282ac62", "f09f9880ff"})
      print("utf8", hex, new String(HexFormat.of().parseHex(hex), "UTF-8").hashCode());
    for (Short s : new Short[] {-3, 32767})
      print("smallint", s, s.hashCode());
    for (Integer i : new Integer[] {0, 1, -1, 42, Integer.MIN_VALUE, Integer.MAX_VALUE})
      print("int", i, i.hashCode());
    for (Long l : new Long[] {0L, 1L, -1L, 42L, 1L << 32, -(1L << 40) - 7, Long.MIN_VALUE,
                              Long.MAX_VALUE})
      print("bigint", l, l.hashCode());
    for (Double d : new Double[] {0.0, -0.0, 1.5, -2.25, 1e300, Double.NaN,
                                  Double.POSITIVE_INFINITY, Math.PI})
      print("double", d, d.hashCode());
    for (Float f : new Float[] {0.0f, -0.0f, 1.5f, -2.25f, Float.NaN, 3.4e38f})
      print("float", f, f.hashCode());
    for (Boolean b : new Boolean[] {true, false})
      print("boolean", b, b.hashCode());
    for (byte[] b : new byte[][] {{}, {0}, {(byte) 255, 1}, {127, (byte) 128}})
      print("binary", HexFormat.of().formatHex(b), Arrays.hashCode(b));
  }
}
