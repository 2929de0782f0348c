using Assay.Engine.Numerics;

namespace Assay.Engine.Tests.Numerics;

public class IsaTests
{
    [Fact]
    public void An_unknown_name_is_refused_with_the_names_that_exist()
    {
        var error = Assert.Throws<NotSupportedException>(() => Isas.Choose("sse9"));
        Assert.Contains("avx512, avx2, v128, scalar", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_machine_lacks_is_refused_and_what_it_has_is_chosen()
    {
        foreach (var isa in Enum.GetValues<Isa>())
            if (isa.IsSupported())
                Assert.Equal(isa, Isas.Choose(isa.Name()));
            else
                Assert.Throws<NotSupportedException>(() => Isas.Choose(isa.Name()));
        Assert.Equal(Isas.Best, Isas.Choose(null));
        Assert.Equal(Isa.Scalar, Isas.Choose("scalar"));
    }
}
