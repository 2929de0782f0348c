using Assay.Engine.Models;
using Assay.Engine.Numerics;

namespace Assay.Engine.Execution.Fast;

/// <summary>
/// A run made ready for inputs of certain shapes: the kernels in order, each with its pointers, and the memory that they point
/// into. To run it is to copy the inputs in, to launch, and to copy the outputs out.
/// </summary>
/// <param name="key">What inputs it is for.</param>
/// <param name="recording">The kernels.</param>
/// <param name="arena">The memory of the values.</param>
/// <param name="inputs">One for each input of the graph.</param>
/// <param name="outputs">One for each output.</param>
/// <param name="names">The outputs' names.</param>
internal sealed class Plan(PlanKey key, Recording recording, Arena arena, Value[] inputs, Value[] outputs, string[] names) : IDisposable
{
    public PlanKey Key => key;

    /// <summary>Memory that it holds from run to run.</summary>
    public long Bytes => arena.Bytes + recording.Bytes;

    public int Launches => recording.Count;

    public NamedValue[] Run(ModelValue[] bound, RunContext context)
    {
        for (var i = 0; i < inputs.Length; i++)
            if (inputs[i].Known is null)
                ((Tensor)bound[i]).Bytes.CopyTo(inputs[i].Tensor(context).MutableBytes);
        recording.Run(context.Workers);
        var made = new NamedValue[outputs.Length];
        for (var i = 0; i < made.Length; i++)
            made[i] = new(names[i], outputs[i].Known?.Copy() ?? outputs[i].ToTensor(context));
        return made;
    }

    public void Dispose()
    {
        recording.Dispose();
        arena.Dispose();
    }
}
