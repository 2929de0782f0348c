using Assay.Digits.Training;
using System.Runtime.InteropServices;

var watch = System.Diagnostics.Stopwatch.StartNew();
var plan = TrainingPlan.Committed with { Steps = int.Parse(args[0]), Rate = float.Parse(args[1]) };
var p = Trainer.Train(plan, 2, (s, l) => { if (s % 2500 == 0) Console.WriteLine($"{s} {l} {watch.Elapsed}"); });
var r = Trainer.CountRight(p, 99, 16000);
Console.WriteLine(r.Sum() / 160.0 + " : " + string.Join(' ', r));
var right = 0; var loss = 0.0;
foreach (var d in Directory.GetDirectories("/work/shared/data/models/mnist/reference", "digit*").Order())
{
    var bytes = File.ReadAllBytes(d + "/in.Input3.npy");
    var px = MemoryMarshal.Cast<byte, float>(bytes.AsSpan(bytes.Length - 3136));
    var all = new byte[16 * 784];
    for (var i = 0; i < 784; i++) for (var l = 0; l < 16; l++) all[l * 784 + i] = (byte)px[i];
    var space = new Workspace<Batch16>();
    Samples.Load(all, space.Input);
    Network.Forward<Batch16, float>(p, space);
    var label = Path.GetFileName(d)[5] - '0';
    var g = Trainer.Guesses(space.Logits)[0];
    var labels = new int[16]; Array.Fill(labels, label);
    var ls = CrossEntropy.Of<Batch16, float>(labels, space) / 16;
    loss += ls;
    if (g == label) right++; else Console.WriteLine($"{Path.GetFileName(d)} -> {g}");
    if (args.Length > 2)
      for (var y = 0; y < 28; y++) Console.WriteLine(string.Concat(Enumerable.Range(0, 28).Select(x => " .:+#@"[all[y * 28 + x] * 5 / 255])));
}
Console.WriteLine($"{right}/20 mean loss {loss / 20}");
