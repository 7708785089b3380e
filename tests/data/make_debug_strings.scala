/* Prints lineages as Spark draws them, each after a line "== name".
 *
 *     spark-shell --master 'local[4]' -i make_debug_strings.scala < /dev/null 2> /dev/null |
 *       sed -n '/^== /,$p' | sed -E 's/ at make_debug_strings.scala:[0-9]+//' > debug_strings.txt
 */
def show (name: String, rdd: org.apache.spark.rdd.RDD[_]) = {
  println ("== " + name); println (rdd.toDebugString)
}
java.nio.file.Files.writeString (java.nio.file.Path.of ("/tmp/lines.txt"), "a b\nc d\n")
val counts = sc.textFile ("/tmp/lines.txt").flatMap (_.split (" ")).map ((_, 1)).reduceByKey (_ + _)
show ("word count", counts)
val a = sc.parallelize (0 until 10, 3); val b = sc.parallelize (0 until 10, 12)
show ("union", a.union (b))
val pairs_a = a.map (x => (x, x)); val pairs_b = b.map (x => (x, x))
val four = new org.apache.spark.HashPartitioner (4)
val left = pairs_a.partitionBy (four); val right = pairs_b.partitionBy (four)
show ("co-partitioned join", left.join (right))
show ("half co-partitioned join", left.join (pairs_b, four))
show ("join", pairs_a.join (pairs_b, 12))
val named = left.mapValues (x => x).setName ("ids")
show ("two shuffles", named.union (pairs_a.reduceByKey (_ + _, 120)).map (_.swap).groupByKey (5))
System.exit (0)
