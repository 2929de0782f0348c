// Makes the digits model, its card and its sample pictures: Assay.Digits FOLDER
using Assay.Digits.Output;
using Assay.Digits.Training;

if (args is not [var folder])
{
    Console.Error.WriteLine("usage: Assay.Digits FOLDER (for instance models/digits)");
    return 2;
}

var parameters = Trainer.Train(TrainingPlan.Committed, Environment.ProcessorCount, (step, loss) => Console.WriteLine($"step {step}: mean loss {loss:F4}"));
var model = OnnxExport.File(parameters);
var right = Trainer.CountRight(parameters, ModelCard.HeldOutSeed, ModelCard.HeldOutCount);
Console.WriteLine($"held out: {right.Sum()} of {ModelCard.HeldOutCount} right");

var quantized = Int8Export.Quantize(model).Onnx;
var accuracy = Int8Export.Compare(model, quantized, ModelCard.HeldOutCount);
Console.WriteLine($"in whole numbers: {accuracy.QuantizedRight} right, {accuracy.FloatRight} by the float model");

Directory.CreateDirectory(Path.Combine(folder, "samples"));
Write("model.onnx", model);
Write("README.md", System.Text.Encoding.UTF8.GetBytes(ModelCard.Text(model.Length, right, quantized.Length, accuracy)));
Write(Int8Export.File, quantized);
for (var digit = 0; digit < Network.Classes; digit++)
    Write($"samples/{digit}.png", SamplePictures.Png(digit));
return 0;

// Beside its place first, so that nobody ever sees half a file.
void Write(string name, byte[] bytes)
{
    var path = Path.Combine(folder, name);
    Directory.CreateDirectory(Path.GetDirectoryName(path)!);
    File.WriteAllBytes(path + ".new", bytes);
    File.Move(path + ".new", path, overwrite: true);
}
