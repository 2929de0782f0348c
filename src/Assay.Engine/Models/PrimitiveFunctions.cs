using System.Collections.Frozen;
using Assay.Engine.Numerics;

namespace Assay.Engine.Models;

/// <summary>The primitives that are functions of one number: those called as one of <see cref="Function"/>.</summary>
public static class PrimitiveFunctions
{
    private static readonly FrozenDictionary<Primitive, Function> Table =
        Enum.GetValues<Function>().ToFrozenDictionary(f => Enum.Parse<Primitive>(f.ToString()));

    /// <summary>The function that the primitive applies to each element; null where it is another kind of operation.</summary>
    public static Function? ToFunction(this Primitive op) => Table.TryGetValue(op, out var function) ? function : null;
}
