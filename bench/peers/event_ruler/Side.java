// Event Ruler as one side of the comparison; ../side.md says what a side reads and writes.
//
// Side RULES EVENTS: RULES has one line per pattern, the rule's name, a tab and the pattern as JSON. Patterns of
// one name are alternatives.

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import software.amazon.event.ruler.Machine;

public final class Side {
  private static final long PAGE = 4096;

  private final Machine machine = new Machine();
  private final List<String> events;

  private Side(Path events) throws Exception {
    this.events = Files.readAllLines(events);
  }

  private static long residentBytes() throws Exception {
    System.gc();
    return Long.parseLong(Files.readString(Path.of("/proc/self/statm")).split(" ")[1]) * PAGE;
  }

  private static void answer(String format, Object... values) {
    System.out.println(String.format(Locale.ROOT, format, values));
    System.out.flush();
  }

  private void learn(Path rules) throws Exception {
    long before = residentBytes();
    long begun = System.nanoTime();
    Set<String> names = new HashSet<>();
    int refused = 0;
    for (String line : Files.readAllLines(rules)) {
      String[] parts = line.split("\t", 2);
      try {
        machine.addRule(parts[0], parts[1]);
        names.add(parts[0]);
      } catch (Exception error) {
        System.err.println(parts[0] + ": " + error.getMessage());
        ++refused;
      }
    }
    double seconds = (System.nanoTime() - begun) / 1e9;
    answer("{\"rules\": %d, \"refused\": %d, \"compile_seconds\": %f, \"rss_bytes\": %d}", names.size(), refused,
        seconds, Math.max(0, residentBytes() - before));
  }

  private void turn(int stride, int offset) throws Exception {
    int asked = 0;
    long matches = 0;
    long begun = System.nanoTime();
    for (int i = offset; i < events.size(); i += stride, ++asked) {
      matches += machine.rulesForJSONEvent(events.get(i)).size();
    }
    double seconds = (System.nanoTime() - begun) / 1e9;
    answer("{\"events\": %d, \"seconds\": %f, \"matches\": %d}", asked, seconds, matches);
  }

  private void writePairs(int stride, int offset, Path path) throws Exception {
    int pairs = 0;
    try (BufferedWriter file = Files.newBufferedWriter(path)) {
      for (int i = offset; i < events.size(); i += stride) {
        for (String name : machine.rulesForJSONEvent(events.get(i))) {
          file.write(i + "\t" + name + "\n");
          ++pairs;
        }
      }
    }
    answer("{\"pairs\": %d}", pairs);
  }

  public static void main(String[] arguments) throws Exception {
    Side side = new Side(Path.of(arguments[1]));
    side.learn(Path.of(arguments[0]));
    BufferedReader commands = new BufferedReader(new InputStreamReader(System.in));
    for (String line = commands.readLine(); line != null; line = commands.readLine()) {
      String[] words = line.split(" ");
      int stride = Integer.parseInt(words[1]);
      int offset = Integer.parseInt(words[2]);
      if (words[0].equals("pairs")) {
        side.writePairs(stride, offset, Path.of(words[3]));
      } else {
        side.turn(stride, offset);
      }
    }
  }
}
