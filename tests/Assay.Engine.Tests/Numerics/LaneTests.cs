using Assay.Engine.Numerics;

namespace Assay.Engine.Tests.Numerics;

/// <summary>Every function has the bits of its one-lane form at every width that this machine has.</summary>
public unsafe class LaneTests
{
    private static readonly float[] Inputs = [.. Sample.Edges, .. Enumerable.Range(0, 1 << 20).Select(i => Sample.Any((ulong)i)),
        .. Enumerable.Range(0, 1 << 19).Select(i => 30 * Sample.Unit((ulong)i))];

    public static TheoryData<string> Wide => [.. Isas.Supported.Where(isa => isa != Isa.Scalar).Select(Isas.Name)];

    [Theory, MemberData(nameof(Wide))]
    public void Functions_equal_the_scalar_form_at_every_width(string name)
    {
        switch (Isas.Choose(name))
        {
            case Isa.V128: CheckAll<Lane4>(); break;
            case Isa.Avx2: CheckAll<Lane8>(); break;
            case Isa.Avx512: CheckAll<Lane16>(); break;
        }
    }

    private static void CheckAll<T>() where T : unmanaged, ILanes<T>
    {
        Check<T>("truncate", LaneMath.Truncate<T>, LaneMath.Truncate<Lane1>);
        Check<T>("to float16", HalfFloat.FromSingle<T>, HalfFloat.FromSingle<Lane1>);
        Check<T>("to bfloat16", BrainFloat.FromSingle<T>, BrainFloat.FromSingle<Lane1>);
        Check<T>("divide", x => LaneMath.Canonical(T.Broadcast(3f) / x), x => LaneMath.Canonical(Lane1.Broadcast(3f) / x));
        Check<T>("from int", T.FromInt, Lane1.FromInt);
        CheckStorage<T>();
    }

    private static void Check<T>(string function, Func<T, T> wide, Func<Lane1, Lane1> scalar) where T : unmanaged, ILanes<T>
    {
        var result = stackalloc float[T.Width];
        fixed (float* inputs = Inputs)
            for (var i = 0; i + T.Width <= Inputs.Length; i += T.Width)
            {
                T.Store(wide(T.Load(inputs + i)), result);
                for (var lane = 0; lane < T.Width; lane++)
                {
                    var expected = BitConverter.SingleToInt32Bits(scalar(new Lane1(inputs[i + lane])).V);
                    if (expected != ((int*)result)[lane])
                        Assert.Fail($"{function}({inputs[i + lane]:R}) at {T.Width} lanes is {((int*)result)[lane]:X8}, not {expected:X8}");
                }
            }
    }

    private static void CheckStorage<T>() where T : unmanaged, ILanes<T>
    {
        var all = stackalloc ushort[16];
        var back = stackalloc ushort[16];
        var wide = stackalloc float[16];
        for (var start = 0; start < 65536; start += T.Width)
        {
            for (var lane = 0; lane < T.Width; lane++)
                all[lane] = (ushort)(start + lane);
            T.Narrow(T.Widen(all), back);
            T.Store(HalfFloat.ToSingle(T.Widen(all)), wide);
            for (var lane = 0; lane < T.Width; lane++)
            {
                Assert.Equal(all[lane], back[lane]);
                Assert.Equal(BitConverter.SingleToInt32Bits(HalfFloat.ToSingle(all[lane])), BitConverter.SingleToInt32Bits(wide[lane]));
            }
        }
    }
}
